"""A real terminal: a pty with a program in it, and the screen that its user would see."""

import time
from pathlib import Path

import pexpect
import pyte

KEYS = {"enter": "\r", "escape": "\x1b", "down": "\x1b[B", "space": " "}


class Terminal:
    """A program on a screen of 80×24.

    Attributes:
        child: The program's process.
    """

    def __init__(self, program: Path, folder: Path, environment: dict[str, str]) -> None:
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self.child = pexpect.spawn(
            str(program),
            cwd=str(folder),
            env=environment | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
            dimensions=(24, 80),
            timeout=None,
        )

    @property
    def text(self) -> str:
        """What is on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Press some keys, one after another; a longer text is typed."""
        for key in keys:
            self.child.send(KEYS.get(key, key))
            self._draw(0.3)

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Watch the screen until some words are on it."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < deadline, f"no {words!r} on the screen:\n{self.text}"
            self._draw(0.1)

    def wait_for_end(self, seconds: float = 15) -> int:
        """Watch until the program has ended, and return its exit status."""
        deadline = time.monotonic() + seconds
        while self.child.isalive():
            assert time.monotonic() < deadline, f"it has not ended:\n{self.text}"
            self._draw(0.1)
        return int(self.child.exitstatus)

    def close(self) -> None:
        """Close the window, as a user does without thinking."""
        self.child.close(force=True)

    def _draw(self, seconds: float) -> None:
        """Draw what the program writes within a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                self._stream.feed(self.child.read_nonblocking(65536, timeout=left))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
