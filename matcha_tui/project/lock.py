"""The project's one lock: a kernel lock on a file that also says who holds it.

The kernel frees it when its last holder ends, however it ended, so it is never
stale. A run passes the open file on to its worker and to Terraform, and so keeps
the project locked after the screen that started it is gone.
"""

import getpass
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.locks import is_locked, try_lock

_INTRODUCTION_SECONDS = 0.5
"""How soon one who has taken the lock has said who that is."""

_RECORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Who holds the lock.

    Attributes:
        operation: What is being done: ``provision``.
        user: The user's login name.
        host: The machine.
        pid: The process.
        since: When it began, ISO 8601 in UTC.
        started: When the process began, in seconds; 0 where that is not known. Its
            number may be another's by now.
    """

    operation: str
    user: str
    host: str
    pid: int
    since: str
    started: float = 0.0

    def is_dead(self) -> bool:
        """Return whether the process has ended for certain: of another machine nobody knows."""
        if self.host != socket.gethostname():
            return False
        from matcha_tui.system.processes import Process, find_process  # psutil: only who asks pays

        if not self.started:
            return find_process(self.pid) is None
        return not Process(self.pid, self.started).is_alive()


@contextmanager
def hold_lock(workspace: Workspace, operation: str) -> Iterator[int]:
    """Hold the project's lock inside the block."""
    prepare_workspace(workspace)
    while (descriptor := try_lock(workspace.lock_file)) is None:
        owner = read_lock_owner(workspace)
        if is_locked(workspace.lock_file):
            raise _locked(owner)
    try:
        record_owner(descriptor, operation, os.getpid())
        yield descriptor
    finally:
        _withdraw_owner(descriptor)
        os.close(descriptor)


def record_owner(descriptor: int, operation: str, pid: int) -> None:
    """Write down who holds the lock."""
    from matcha_tui.system.processes import find_process

    found = find_process(pid)
    owner = LockOwner(
        operation,
        login_name(),
        socket.gethostname(),
        pid,
        datetime.now(UTC).isoformat(timespec="seconds"),
        found.started if found else 0.0,
    )
    with explain_os_errors("write", Path("the lock file")):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(owner)).encode(), 0)


def read_lock_owner(workspace: Workspace) -> LockOwner | None:
    """Return who holds the project's lock, without taking it.

    Returns:
        The owner; a dead one has left a process behind that holds it. ``None`` when the
        project is not locked, or when its holder does not say who it is.
    """
    deadline = time.monotonic() + _INTRODUCTION_SECONDS
    while is_locked(workspace.lock_file):
        owner = _read_owner(workspace.lock_file)
        is_known = owner is not None and not owner.is_dead()
        if is_known or time.monotonic() > deadline:
            return owner
        time.sleep(0.01)
    return None


def discard_lock(workspace: Workspace) -> None:
    """Give the project a new lock, whoever still holds the old one.

    Only for an owner who is dead: a process that it has left behind may still
    have the file open, and would keep the project locked as long as it lives.
    """
    with explain_os_errors("remove", workspace.lock_file):
        workspace.lock_file.unlink(missing_ok=True)


def describe_owner(owner: LockOwner | None) -> str:
    """Return who holds the lock, and since when; ``None`` is one who does not say so."""
    if owner is None:
        return "another matcha is changing the project"
    who = f"{owner.user} on {owner.host} (pid {owner.pid})"
    if owner.is_dead():
        return (
            f"{who} began {owner.operation} at {owner.since} and is dead, but a process that it "
            "started still has the lock"
        )
    return f"{who} has been running {owner.operation} since {owner.since}"


def login_name() -> str:
    """What this user is called."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name; OSError from Python 3.13
        return f"user {os.getuid()}"


def _withdraw_owner(descriptor: int) -> None:
    """Remove our own name, lest the next holder is taken for us; a run's stays."""
    with suppress(OSError):
        owner = _parse_owner(os.pread(descriptor, _RECORD_BYTES, 0))
        if owner is not None and owner.pid == os.getpid():
            os.ftruncate(descriptor, 0)


def _read_owner(path: Path) -> LockOwner | None:
    try:
        return _parse_owner(path.read_bytes())
    except OSError:
        return None


def _parse_owner(record: bytes) -> LockOwner | None:
    try:
        return LockOwner(**json.loads(record))
    except (ValueError, TypeError):
        return None  # nobody's, or read while its holder was writing it


def _locked(owner: LockOwner | None) -> MatchaError:
    hint = "Wait until it has ended, or watch it: `matcha logs --follow`, or matcha-tui."
    if owner is not None and owner.is_dead():
        hint = "End what is left of it: `matcha cancel`. Or free the lock: `matcha force-unlock`."
    return MatchaError(
        f"the project is locked: {describe_owner(owner)}",
        hint=hint,
        exit_code=ExitCode.REFUSED,
    )
