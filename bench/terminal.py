"""Runs a program in a pseudo-terminal of its own, for what is measured from outside."""

import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

import psutil

COLUMNS, ROWS = 120, 40
_FRAME_BYTES = 2500  # fewer are only the questions that Textual asks the terminal
_STILL_SECONDS, _DEADLINE_SECONDS = 1.5, 90


class Terminal:
    """A program and what it draws.

    Attributes:
        process: The program.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", leader: int) -> None:
        self.process = process
        self._leader = leader

    def read_first_frame(self) -> None:
        """Read what is drawn until it is a frame, and nothing more comes.

        Raises:
            TimeoutError: If there is none.
        """
        drawn, deadline = 0, time.monotonic() + _DEADLINE_SECONDS
        while time.monotonic() < deadline:
            is_drawn = drawn > _FRAME_BYTES
            if select.select([self._leader], [], [], _STILL_SECONDS if is_drawn else 0.1)[0]:
                drawn += len(os.read(self._leader, 65536))
            elif is_drawn:
                return
        raise TimeoutError(f"nothing was drawn within {_DEADLINE_SECONDS} s")

    def read_for(self, seconds: float) -> None:
        """Read whatever is drawn for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._leader], [], [], left)[0]:
                os.read(self._leader, 65536)

    def cpu_seconds(self) -> float:
        """Return what the program has taken of a processor so far."""
        taken = psutil.Process(self.process.pid).cpu_times()
        return float(taken.user + taken.system)


@contextmanager
def in_terminal(command: Sequence[str], folder: Path) -> Iterator[Terminal]:
    """Start a program in a folder; it is ended at the end."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    try:
        yield Terminal(process, leader)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
