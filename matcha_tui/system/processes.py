"""Processes of this machine: which they are, whether they live, and how they are ended."""

import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil

# Linux counts a process's start from the boot, which no setting of the clock changes.
_SAME_START_SECONDS = 0.5
# Elsewhere, and in what earlier versions wrote, it is drawn from the clock, which may be set.
_SAME_TIME_SECONDS = 5.0
_FIRST_TIME = 1e9  # less is a time since the boot
_GRACE_SECONDS = 3.0
_KILL_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be taken for a later one with the same number.

    Attributes:
        pid: Its number.
        started: When it began, in seconds since the boot; since the epoch where the system
            does not count from the boot, and as earlier versions wrote it.
    """

    pid: int
    started: float

    def is_alive(self) -> bool:
        """Whether it still runs; one that has ended and was not yet buried does not."""
        try:
            found = psutil.Process(self.pid)
            if self.started < _FIRST_TIME:
                is_same = abs(_start_of(found) - self.started) < _SAME_START_SECONDS
            else:
                is_same = abs(found.create_time() - self.started) < _SAME_TIME_SECONDS
            return is_same and found.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    @property
    def age(self) -> float:
        """For how long it has run, in seconds, if it still runs."""
        is_since_boot = self.started < _FIRST_TIME
        now = time.clock_gettime(time.CLOCK_BOOTTIME) if is_since_boot else time.time()
        return max(0.0, now - self.started)

    def send(self, kind: signal.Signals) -> bool:
        """Send it a signal, if it still runs; say whether it did."""
        if not self.is_alive():
            return False
        with suppress(ProcessLookupError):
            os.kill(self.pid, kind)
        return True


def find_process(pid: int) -> Process | None:
    """Return the process with that number; ``None`` if it has ended."""
    try:
        return _identify(psutil.Process(pid))
    except psutil.Error:
        return None


def end_processes(processes: Collection[Process], seconds: float = _GRACE_SECONDS) -> None:
    """Ask processes to end, and kill those that have not after some seconds."""
    _end(processes, signal.SIGTERM, seconds)
    _end(processes, signal.SIGKILL, _KILL_SECONDS)


def end_group(leader: Process, seconds: float) -> None:
    """Ask a leader's process group to end, and kill it if the leader has not in time."""
    _signal_group(leader.pid, signal.SIGTERM)
    if not wait_for_end([leader], seconds):
        _signal_group(leader.pid, signal.SIGKILL)


def end_session(session: int) -> int:
    """End what is left in a session, apart from its leader and from this process.

    Terraform kills the shell of a cancelled local-exec, but not the programs that
    the shell had started. Services have sessions of their own, and stay.

    Returns:
        How many processes there were.
    """
    left = list(_members(session))
    end_processes(left)
    return len(left)


def wait_for_end(processes: Collection[Process], seconds: float) -> bool:
    """Wait until processes have ended; say whether all have in time."""
    deadline = time.monotonic() + seconds
    while any(process.is_alive() for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def marked_processes(variable: str, value: str) -> list[Process]:
    """Return this user's processes with a variable in their environment, without the caller."""
    wanted = _shown_by_psutil(value)
    return [process for found, process in _with_variable(variable) if found == wanted]


def processes_marked_below(variable: str, folder: str) -> list[tuple[str, Process]]:
    """Return this user's processes with a path below a folder in a variable, and that path."""
    below = _shown_by_psutil(folder.rstrip("/") + "/")
    return [pair for pair in _with_variable(variable) if pair[0].startswith(below)]


def measure_trees(pids: Collection[int]) -> dict[int, tuple[int, float]]:
    """Measure processes with all that they have started and that still lives.

    Returns:
        Process id to resident memory, in bytes, and processor time since the start, in seconds;
        one that has ended is left out.
    """
    children: dict[int, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            children.setdefault(process.ppid(), []).append(process)
    found = {}
    for pid in pids:
        with suppress(psutil.Error):
            tree, memory, seconds = [psutil.Process(pid)], 0, 0.0
            while tree:
                process = tree.pop()
                with suppress(psutil.NoSuchProcess):
                    times = process.cpu_times()
                    memory += process.memory_info().rss
                    seconds += times.user + times.system
                    tree += children.get(process.pid, [])
            found[pid] = (memory, seconds)
    return found


def is_marked(process: Process, variable: str, value: str) -> bool:
    """Return whether a process of this user lives and has a variable in its environment."""
    try:
        return process.is_alive() and _is_marked(psutil.Process(process.pid), variable, value)
    except (psutil.Error, OSError):
        return False


def read_variable(process: Process, variable: str) -> str:
    """Return a variable in the environment of a process of this user; empty where there is none."""
    try:
        if not process.is_alive():
            return ""
        return str(psutil.Process(process.pid).environ().get(variable, ""))
    except (psutil.Error, OSError):
        return ""


def is_run_with(process: Process, argument: str) -> bool:
    """Return whether a process was started with an argument."""
    try:
        return argument in psutil.Process(process.pid).cmdline()
    except psutil.Error:
        return False


def _with_variable(variable: str) -> Iterator[tuple[str, Process]]:
    """Yield this user's processes, without the caller, that have a variable, and its value."""
    me, user = os.getpid(), os.getuid()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid == me or process.uids().real != user:
                continue
            value = process.environ().get(variable)
            if value is not None:
                yield _shown_by_psutil(value), _identify(process)


def _identify(found: psutil.Process) -> Process:
    return Process(found.pid, _start_of(found))


def _start_of(found: psutil.Process) -> float:
    """Return when a process began: since the boot where psutil adds the boot's time to that."""
    created = found.create_time()
    return created - psutil.boot_time() if psutil.LINUX else created


def _is_marked(process: psutil.Process, variable: str, value: str) -> bool:
    return _shown_by_psutil(process.environ().get(variable, "")) == _shown_by_psutil(value)


def _shown_by_psutil(text: str) -> str:
    """Return a variable of a process as psutil shows it: on Linux, with LF for CR.

    psutil 7.2 reads it with universal newlines. Can go when it reads it as it is.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _end(processes: Collection[Process], kind: signal.Signals, seconds: float) -> None:
    for process in processes:
        process.send(kind)
    wait_for_end(processes, seconds)


def _signal_group(pid: int, kind: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, kind)


def _members(session: int) -> Iterator[Process]:
    for found in psutil.process_iter():
        if found.pid in (session, os.getpid()):
            continue
        with suppress(psutil.Error, OSError):
            if os.getsid(found.pid) == session:
                yield _identify(found)
