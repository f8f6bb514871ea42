"""PyPI's supervisord with two corrections: ``python -m matcha_tui.services.supervisord -c FILE``.

Both are for supervisor 4.3.0, whose idle process could use a whole core. Its pollers keep
a descriptor that its owner has closed. A service that is started then may get the number
for its standard input, a pipe; once the service has another standard input, the pipe has
no reader, and each poll ends at once with an error that nobody handles.

The corrections can go with a release of supervisor whose pollers unregister what is closed
and answer errors.
"""

import os
import select
import sys
from typing import Any, NoReturn

from supervisor import supervisord
from supervisor.options import ServerOptions
from supervisor.poller import BasePoller

_READING = select.POLLIN | select.POLLPRI
_WRITING = select.POLLOUT


class TurnPoller(BasePoller):  # type: ignore[misc] # supervisor has no types
    """Polls what was registered since its last poll, and forgets it then.

    The main loop registers all that its dispatchers want before each poll. So what was
    closed or is not wanted any more is never polled, whoever has its number now. It is
    used in the place of all three pollers of supervisor.
    """

    def initialize(self) -> None:
        """Called by the constructor."""
        self._readables: set[int] = set()
        self._writables: set[int] = set()

    def register_readable(self, fd: int) -> None:
        """Ask for `fd` in the next poll's first list."""
        self._readables.add(fd)

    def register_writable(self, fd: int) -> None:
        """Ask for `fd` in the next poll's second list."""
        self._writables.add(fd)

    def unregister_readable(self, fd: int) -> None:
        """Undo `register_readable`."""
        self._readables.discard(fd)

    def unregister_writable(self, fd: int) -> None:
        """Undo `register_writable`."""
        self._writables.discard(fd)

    def poll(self, timeout: float) -> tuple[list[int], list[int]]:
        """Wait for a descriptor or a number of seconds.

        An error is shown as what was asked for: its owner meets it when it reads or writes,
        and closes the descriptor.
        """
        readables, writables = self._readables, self._writables
        self.initialize()
        poller = select.poll()
        for fd in readables | writables:
            reading = _READING if fd in readables else 0
            poller.register(fd, reading | (_WRITING if fd in writables else 0))
        found = poller.poll(timeout * 1000)
        return (
            [fd for fd, event in found if fd in readables and event & ~_WRITING],
            [fd for fd, event in found if fd in writables and event & ~_READING],
        )


class CorrectedOptions(ServerOptions):  # type: ignore[misc] # supervisor has no types
    """Supervisord's options, which also poll and make the pipes of its services."""

    poller: BasePoller

    def __init__(self) -> None:
        super().__init__()
        self.poller.close()
        self.poller = TurnPoller(self)

    def make_pipes(self, stderr: bool = True) -> dict[str, int | None]:
        """Make a service's pipes; its standard input is `/dev/null`, so that it needs none."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            pipes: dict[str, int | None] = super().make_pipes(stderr)
        except OSError:
            os.close(nothing)
            raise
        for name in ("child_stdin", "stdin"):
            self.close_fd(pipes[name])
        return pipes | {"child_stdin": nothing, "stdin": None}

    def usage(self, msg: Any) -> NoReturn:
        """Exit with what is wrong, and nothing after it: its last line is shown to the user."""
        sys.exit(str(msg))


def main() -> None:
    """Run supervisord, which takes its arguments from the command line."""
    supervisord.ServerOptions = CorrectedOptions  # its main() has no parameter for it
    supervisord.main()


if __name__ == "__main__":
    main()
