"""git: whether it has a file, and how one with secrets is kept out of it."""

import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.clients.lines import end_of_line, with_end
from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors, write_atomically

_SHARED_FILE_MODE = 0o644


def is_tracked(folder: Path, name: str) -> bool:
    """Return whether git has a file, so that its next content would be committed."""
    return _git(folder, ["ls-files", "--error-unmatch", name])


def keep_out_of_git(folder: Path, name: str) -> bool:
    """Add a file to its folder's ``.gitignore``, unless git ignores it or there is no git.

    Returns:
        Whether that changed anything.
    """
    is_repository = _git(folder, ["rev-parse", "--is-inside-work-tree"])
    if not is_repository or _git(folder, ["check-ignore", "--quiet", name]):
        return False
    path = folder / ".gitignore"
    if path.is_symlink():
        raise MatchaError(
            f"{path} is a link, which git does not follow, so {name} cannot be kept out of git",
            hint=f"Make it a file, or write {name} into .git/info/exclude.",
        )
    before, mode = b"", _SHARED_FILE_MODE
    if path.exists():
        with explain_os_errors("read", path):
            before, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
    after = with_end(before) + name.encode() + end_of_line(before)
    write_atomically(path, after, mode)
    return True


def stop_ignoring(folder: Path, name: str) -> bool:
    """Take back what `keep_out_of_git` added.

    Returns:
        Whether it was still there.
    """
    path = folder / ".gitignore"
    if not path.is_file():
        return False
    with explain_os_errors("read", path):
        before, mode = path.read_bytes(), stat.S_IMODE(path.stat().st_mode)
    lines = before.splitlines(keepends=True)
    after = b"".join(line for line in lines if line.rstrip(b"\r\n") != name.encode())
    if after == before:
        return False
    if after:
        write_atomically(path, after, mode)
    else:
        path.unlink()
    return True


def _git(folder: Path, arguments: Sequence[str]) -> bool:
    """Ask git a question; without git the answer is no."""
    program = shutil.which("git")
    if program is None:
        return False
    finished = subprocess.run(
        # A clone's own settings must not name a program that this would run.
        [program, "-c", "core.fsmonitor=false", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return finished.returncode == 0
