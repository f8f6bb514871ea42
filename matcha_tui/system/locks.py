"""Kernel locks on files (``flock``): freed when their last holder ends, however it ended.

A lock is held exclusively. Whoever only asks shares it for an instant, as there is no
other way to ask that macOS knows, too (``F_OFD_GETLK`` and ``/proc/locks`` are Linux's);
who wants to hold it tells the two apart, and waits for one who only asks.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors

_ASKING_SECONDS = 10.0  # one who asks may be suspended just then
_PAUSE_SECONDS = 0.001


def is_locked(path: Path) -> bool:
    """Return whether any process holds the lock on a file, without keeping one."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _try(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Take the lock on a file, unless somebody holds it.

    Returns:
        The open file, which holds the lock until it is closed here and in every process
        that inherits it, or until `release_lock`; ``None`` if somebody holds it.
    """
    deadline = time.monotonic() + _ASKING_SECONDS
    while True:
        descriptor = _open(path)
        is_held = False
        try:
            if _try(descriptor, fcntl.LOCK_EX):
                is_held = _is_at(descriptor, path)  # else it was removed meanwhile
                if is_held:
                    return descriptor
            elif not _try(descriptor, fcntl.LOCK_SH) or time.monotonic() > deadline:
                return None
        finally:
            if not is_held:
                os.close(descriptor)
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def wait_for_lock(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold the lock on a file inside the block, after whoever holds it now."""
    while True:
        descriptor = _open(path)
        try:
            if not _try(descriptor, fcntl.LOCK_EX):
                if not _try(descriptor, fcntl.LOCK_SH):  # held, and not merely asked about
                    on_wait()
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):  # else it was removed meanwhile
                yield descriptor
                return
        finally:
            os.close(descriptor)


def release_lock(descriptor: int) -> None:
    """Free a lock, also for processes that inherited it; the file is left empty.

    What the file says of its holder is then gone before another can be taken for it.
    """
    try:
        os.ftruncate(descriptor, 0)
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _open(path: Path) -> int:
    with explain_os_errors("open", path):
        return os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE_MODE)


def _try(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
