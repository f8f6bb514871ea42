"""The project's one lock: a kernel lock on a file that also says who holds it.

The kernel frees it when its last holder ends, however it ended, so it is never
stale. A run passes the open file on to its worker and to Terraform, and so keeps
the project locked after the screen that started it is gone.
"""

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.files import PRIVATE_FILE_MODE, explain_os_errors, is_locked
from matcha_tui.project.workspace import Workspace, prepare_workspace


@dataclass(frozen=True, slots=True)
class LockOwner:
    """Who holds the lock.

    Attributes:
        operation: What is being done: ``provision``.
        user: The user's login name.
        host: The machine.
        pid: The process.
        since: When it began, ISO 8601 in UTC.
    """

    operation: str
    user: str
    host: str
    pid: int
    since: str


@contextmanager
def hold_lock(workspace: Workspace, operation: str) -> Iterator[int]:
    """Hold the project's lock inside the block.

    Args:
        workspace: The project's paths; its private folder is made if need be.
        operation: What is being done, as others will be told.

    Yields:
        The descriptor of the open lock file. A process that inherits it holds
        the lock, too, until it ends.

    Raises:
        MatchaError: If somebody else holds it, naming them; or if the lock
            file cannot be opened.
    """
    prepare_workspace(workspace)
    with explain_os_errors("open", workspace.lock_file):
        descriptor = os.open(workspace.lock_file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _locked(_read_owner(workspace.lock_file)) from error
        record_owner(descriptor, operation, os.getpid())
        yield descriptor
    finally:
        os.close(descriptor)


def record_owner(descriptor: int, operation: str, pid: int) -> None:
    """Write down who holds the lock.

    Args:
        descriptor: The open lock file.
        operation: What is being done.
        pid: The process that is to be named.
    """
    owner = LockOwner(
        operation,
        _user(),
        socket.gethostname(),
        pid,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with explain_os_errors("write", Path("the lock file")):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(owner)).encode(), 0)


def read_lock_owner(workspace: Workspace) -> LockOwner | None:
    """Return who holds the project's lock, without taking it.

    Args:
        workspace: The project's paths.

    Returns:
        The owner, or ``None`` when the project is not locked.
    """
    return _read_owner(workspace.lock_file) if is_locked(workspace.lock_file) else None


def discard_lock(workspace: Workspace) -> None:
    """Give the project a new lock, whoever still holds the old one.

    Only for an owner who is dead: a process that it has left behind may still
    have the file open, and would keep the project locked as long as it lives.

    Raises:
        MatchaError: If the lock file cannot be removed.
    """
    with explain_os_errors("remove", workspace.lock_file):
        workspace.lock_file.unlink(missing_ok=True)


def describe_owner(owner: LockOwner | None) -> str:
    """Say who holds the lock, and since when; ``None`` is one who has not said so yet."""
    if owner is None:
        return "another matcha has just begun to change the project"
    return (
        f"{owner.user} on {owner.host} (pid {owner.pid}) has been running "
        f"{owner.operation} since {owner.since}"
    )


def _read_owner(path: Path) -> LockOwner | None:
    try:
        return LockOwner(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # read while its holder was writing it


def _locked(owner: LockOwner | None) -> MatchaError:
    return MatchaError(
        f"the project is locked: {describe_owner(owner)}",
        hint="Wait until it has ended, or watch it: `matcha logs --follow`, or matcha-tui.",
        exit_code=ExitCode.REFUSED,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name; OSError from Python 3.13
        return f"user {os.getuid()}"
