"""Whether a project's private folder was made on this machine by this user.

A clone or an archive can bring a ``.matcha`` with prepared infrastructure, environments or
services, which a later command would run. So matcha signs the folder that it makes, with a
key in the user's state folder, and runs nothing out of one that is not signed.
"""

import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import make_private_directory, user_state, write_atomically

_SIGNATURE = "origin"
_KEY_BYTES = 32
_GIT_SECONDS = 10
_HARMLESS = frozenset(
    {".gitignore", "deployment.json", "live_change.json", "lock", "origin", "reserve", "stopped"}
)
_FOLDERS = frozenset({"infrastructure", "runs", "services"})
_TRACKED = "is kept in git, so whoever pushes to it chooses what matcha runs"
NOT_OURS = "was not made on this machine by you, and holds what matcha would run"


def find_doubt(folder: Path) -> str:
    """Return why nothing out of a private folder is to be run; empty if it may.

    One that holds nothing to run is as good as none.
    """
    if not folder.is_dir() or _is_harmless(folder):
        return ""
    if is_tracked(folder):
        return _TRACKED
    owner = folder.stat().st_uid
    if owner not in (os.getuid(), 0):
        return f"belongs to another user of this machine (uid {owner})"
    return "" if _is_signed(folder) else NOT_OURS


def sign_new(folder: Path) -> None:
    """Sign a private folder that holds nothing to run yet; called before anything is put there."""
    if _is_harmless(folder):
        with suppress(MatchaError):  # without a home there is no key, and the work goes on
            sign(folder)


def sign(folder: Path) -> None:
    """Write down that a private folder is this user's own.

    Raises:
        MatchaError: If the key or the signature cannot be written.
    """
    if _is_signed(folder):
        return
    word = secrets.token_hex(_KEY_BYTES)
    write_atomically((folder / _SIGNATURE), f"{word} {_signature(_make_key(), word)}\n")


def is_tracked(folder: Path) -> bool:
    """Return whether git keeps any of a private folder; without git, it does not."""
    project, program = folder.parent.resolve(), shutil.which("git")
    is_in_git = any((parent / ".git").exists() for parent in (project, *project.parents))
    if program is None or not is_in_git:
        return False
    # A clone's own settings must not name a program that this would run.
    command = [program, "-c", "core.fsmonitor=false", "ls-files", "--", folder.name]
    with suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
        return bool(listed.stdout.strip())
    return False


def _is_harmless(folder: Path) -> bool:
    try:
        return all(_means_nothing(path) for path in folder.iterdir()) and not folder.is_symlink()
    except OSError:
        return False


def _means_nothing(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.name in _FOLDERS and path.is_dir():
        return not any(path.iterdir())
    return path.name in _HARMLESS and path.is_file()


def _is_signed(folder: Path) -> bool:
    key = _read_key()
    if key is None:
        return not _can_keep_key()  # then there is no telling, and owner and git have to do
    try:
        said = (folder / _SIGNATURE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    word, _, signature = said.partition(" ")
    return hmac.compare_digest(_signature(key, word), signature)


def _signature(key: bytes, word: str) -> str:
    return hmac.new(key, word.encode(), hashlib.sha256).hexdigest()


def _key_file() -> Path:
    return user_state(os.environ) / "origin.key"


def _read_key() -> bytes | None:
    try:
        key = _key_file().read_bytes()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _make_key() -> bytes:
    """Return the user's key; of two who make one at once, both take the first."""
    if key := _read_key():
        return key
    path = _key_file()
    make_private_directory(path.parent)
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    write_atomically(made, secrets.token_bytes(_KEY_BYTES))
    try:
        with suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        made.unlink()
    return path.read_bytes()


def _can_keep_key() -> bool:
    """Return whether the user's state folder can be written, or made."""
    folder = _key_file().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)
