"""Private files: written whole or not at all.

A reader never sees half a file: each is written under a temporary name in the
same directory and renamed. Nothing here is readable by another user (0600/0700).
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from matcha_tui.errors import MatchaError

PRIVATE_FILE_MODE = 0o600
PRIVATE_DIRECTORY_MODE = 0o700
BYTE_ORDER_MARK = "\ufeff"
"""What some editors write at the beginning of a text, and is no part of it."""

_APPLICATION = "matcha-tui"

_MEANINGS = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run the same command again."),
    errno.EDQUOT: (
        "your disk quota is used up",
        "Free some space, then run the same command again.",
    ),
    errno.EROFS: ("the file system is read-only", "Work in a folder that you can write to."),
    errno.EACCES: ("permission is denied", "Check who owns it, or work in a folder of your own."),
    errno.EPERM: ("permission is denied", "Check who owns it, or work in a folder of your own."),
}


def user_cache(environment: Mapping[str, str]) -> Path:
    """Where matcha keeps what this user's projects share and what can be made again.

    Returns:
        The folder, which need not exist.
    """
    return _user_folder(environment, "cache")


def user_data(environment: Mapping[str, str]) -> Path:
    """Where matcha keeps what outlives this user's deployments.

    Returns:
        The folder, which need not exist.
    """
    return _user_folder(environment, "data")


def user_config(environment: Mapping[str, str]) -> Path:
    """Where this user says what they want of matcha everywhere.

    Returns:
        The folder, which need not exist.
    """
    return _user_folder(environment, "config")


def user_state(environment: Mapping[str, str]) -> Path:
    """Where matcha writes down what it has made on this machine for this user.

    Returns:
        The folder, which need not exist.
    """
    return _user_folder(environment, "state")


def _user_folder(environment: Mapping[str, str], kind: str) -> Path:
    """Return the user's folder of one of XDG's kinds; the system's own where none is set."""
    chosen = Path(environment.get(f"XDG_{kind.upper()}_HOME", ""))
    if chosen.is_absolute():
        return chosen / _APPLICATION
    import platformdirs  # late: most commands never ask for any of them

    found: Path = getattr(platformdirs, f"user_{kind}_path")(_APPLICATION)
    return found


@contextmanager
def explain_os_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an operating-system error inside the block into one clear sentence."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(action, path, error) from error


def explain_os_error(action: str, path: Path, error: OSError) -> MatchaError:
    """Make the error that `explain_os_errors` raises for an operating-system error."""
    reason, hint = _MEANINGS.get(
        error.errno or 0, (error.strerror or str(error), "Check the path and try again.")
    )
    return MatchaError(f"cannot {action} {path}: {reason}", hint=hint)


def current_folder() -> Path:
    """The folder that the user is in."""
    try:
        folder = Path.cwd()
        folder.stat()
        return folder
    except FileNotFoundError as error:
        raise MatchaError(
            "the current folder no longer exists", hint="Go to one that does, as with: cd ~"
        ) from error
    except OSError as error:
        raise MatchaError(
            f"the current folder cannot be used: {error.strerror}",
            hint="Go to another one, as with: cd ~",
        ) from error


def make_private_directory(path: Path) -> Path:
    """Create a directory that only its owner can enter; parents that are missing, too.

    Returns:
        The same path.
    """
    with explain_os_errors("create", path):
        for missing in reversed([parent for parent in path.parents if not parent.exists()]):
            missing.mkdir(mode=PRIVATE_DIRECTORY_MODE, exist_ok=True)  # parents=True: for anybody
        path.mkdir(mode=PRIVATE_DIRECTORY_MODE, exist_ok=True)
    return path


def directory_size(directory: Path) -> int:
    """How many bytes the files below a folder have; what goes meanwhile does not count."""
    total = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(parent, name).lstat().st_size
    return total


def write_atomically(path: Path, content: str | bytes, mode: int = PRIVATE_FILE_MODE) -> None:
    """Write a file whole: readers see the old content or the new, never a part."""
    encoded = content.encode() if isinstance(content, str) else content
    with explain_os_errors("write", path):
        import tempfile  # it takes as long as all else here, and most commands write nothing

        descriptor, temporary_name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary_path = Path(temporary_name)
        try:
            with os.fdopen(descriptor, "wb") as temporary:
                temporary.write(encoded)
                temporary.flush()
                os.fsync(temporary.fileno())
            temporary_path.chmod(mode)
            temporary_path.replace(path)
        except BaseException:
            temporary_path.unlink()
            raise
