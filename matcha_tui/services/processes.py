"""Which processes belong to a service, told by a variable in their environment.

A service's *leader* is the process that its command became. Whatever it starts inherits
the marker, so what a killed leader leaves behind can be found and ended, and nothing else.
"""

import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import psutil

from matcha_tui.files import write_atomically
from matcha_tui.services.layout import FlavorFolder

SERVICE_MARKER = "MATCHA_SERVICE"
"""Names the flavor folder of a service, in its processes' environment."""

INSTALL_MARKER = "MATCHA_INSTALL"
"""The same for the processes that install a service."""

_KILL_SECONDS = 5.0
_POLL_SECONDS = 0.02
_CLOCK_TOLERANCE_SECONDS = 5  # start times move with corrections of the system's clock


@dataclass(frozen=True, slots=True)
class Leader:
    """Which process a service is.

    Attributes:
        pid: Its process id, which is also its process group.
        created: When it was started, as seconds since the epoch.
        fingerprint: Of the service that it was started as.
        keeper: Another process that waits for its end in the supervisor's stead, because
            the supervisor that started it is gone.
    """

    pid: int
    created: float
    fingerprint: str
    keeper: int | None = None


def write_leader(folder: FlavorFolder, leader: Leader) -> None:
    """Record which process the service is."""
    write_atomically(folder.leader, json.dumps(asdict(leader)))


def read_leader(folder: FlavorFolder) -> Leader | None:
    """The recorded leader, alive or not."""
    try:
        return Leader(**json.loads(folder.leader.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def living_leader(folder: FlavorFolder) -> Leader | None:
    """The recorded leader, if that very process still lives."""
    leader = read_leader(folder)
    if leader is None:
        return None
    try:
        process = psutil.Process(leader.pid)
        is_same = abs(process.create_time() - leader.created) < _CLOCK_TOLERANCE_SECONDS
        return leader if is_same and _is_marked(process, SERVICE_MARKER, folder) else None
    except psutil.Error:
        return None


def marked_processes(folder: FlavorFolder, marker: str) -> list[psutil.Process]:
    """This user's processes that carry the flavor's marker, without the caller."""
    me, user = os.getpid(), os.getuid()
    found = []
    for process in psutil.process_iter():
        try:
            is_own = process.pid != me and process.uids().real == user
            if is_own and _is_marked(process, marker, folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end_processes(processes: Iterable[psutil.Process], seconds: float) -> None:
    """Ask processes to end, and kill those that have not after some seconds."""
    left = list(processes)
    for kind, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, _KILL_SECONDS)):
        for process in left:
            try:
                process.send_signal(kind)
            except psutil.NoSuchProcess:
                continue
        deadline = time.monotonic() + patience
        while left := [process for process in left if is_alive(process.pid)]:
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_SECONDS)


def end_service(folder: FlavorFolder, seconds: float) -> None:
    """End whatever still runs of a service, children included.

    Its leader is asked first and may end its own children in order; what it leaves is
    ended after it.
    """
    leader = living_leader(folder)
    if leader is not None:
        end_group(leader.pid, seconds)
    end_processes(marked_processes(folder, SERVICE_MARKER), seconds)
    folder.leader.unlink(missing_ok=True)


def end_group(leader_pid: int, seconds: float) -> None:
    """Ask a leader's process group to end, and kill it if the leader has not in time."""
    deadline = time.monotonic() + seconds
    signal_group(leader_pid, signal.SIGTERM)
    while is_alive(leader_pid):
        if time.monotonic() > deadline:
            signal_group(leader_pid, signal.SIGKILL)
            return
        time.sleep(_POLL_SECONDS)


def signal_group(leader_pid: int, kind: signal.Signals) -> None:
    """Send a signal to a process group, if there still is one."""
    try:
        os.killpg(leader_pid, kind)
    except ProcessLookupError:
        return


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet buried does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def shown_by_psutil(text: str) -> str:
    """An argument or variable of a process as psutil shows it: on Linux, with LF for CR.

    psutil 7.2 reads both with universal newlines. Can go when it reads them as they are.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_marked(process: psutil.Process, marker: str, folder: FlavorFolder) -> bool:
    marked = process.environ().get(marker, "")
    return shown_by_psutil(marked) == shown_by_psutil(str(folder.path))
