"""A run's processes: which they are, and how to stop them."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from matcha_tui.files import write_atomically
from matcha_tui.terraform.folder import PROCESSES

# A process's start time is drawn from the machine's, which is set right now and then.
_SAME_START_SECONDS = 2.0
_GRACE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be taken for a later one with the same number."""

    pid: int
    started: float

    def is_alive(self) -> bool:
        """Whether it still runs."""
        try:
            found = psutil.Process(self.pid)
            is_same = abs(found.create_time() - self.started) < _SAME_START_SECONDS
            return is_same and found.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def interrupt(self) -> bool:
        """Send it one SIGINT, if it still runs."""
        if not self.is_alive():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)
        return True


@dataclass(frozen=True, slots=True)
class RunProcesses:
    """The worker, and the program that it runs at the moment."""

    worker: Process
    program: Process | None


def process(pid: int) -> Process | None:
    """The process with that number; ``None`` if it has ended."""
    try:
        return Process(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def write_processes(directory: Path, processes: RunProcesses) -> None:
    """Leave word of a run's processes, for when the worker can't be asked any more."""
    program = processes.program
    record = {
        "worker": [processes.worker.pid, processes.worker.started],
        "program": [program.pid, program.started] if program else None,
    }
    write_atomically(directory / PROCESSES, json.dumps(record) + "\n")


def read_processes(directory: Path) -> RunProcesses | None:
    """A run's processes; ``None`` before its worker has come up."""
    try:
        record = json.loads((directory / PROCESSES).read_bytes())
        worker, program = record["worker"], record["program"]
        return RunProcesses(
            Process(int(worker[0]), float(worker[1])),
            Process(int(program[0]), float(program[1])) if program else None,
        )
    except (OSError, KeyError, TypeError, ValueError, IndexError):
        return None


def end_session(session: int) -> int:
    """End what is left in a session, apart from its leader and from this process.

    Terraform kills the shell of a cancelled local-exec, but not the programs that
    the shell had started. Services have sessions of their own, and stay.

    Returns:
        How many processes there were.
    """
    left = list(_members(session))
    for found in left:
        with contextlib.suppress(psutil.Error):
            found.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=_GRACE_SECONDS)
    for found in stubborn:
        with contextlib.suppress(psutil.Error):
            found.kill()
    return len(left)


def _members(session: int) -> Iterator[psutil.Process]:
    for found in psutil.process_iter():
        if found.pid in (session, os.getpid()):
            continue
        with contextlib.suppress(OSError):
            if os.getsid(found.pid) == session:
                yield found
