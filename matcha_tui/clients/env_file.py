"""The project's ``.env``: a marked block of ours among the user's own lines."""

import shlex
import stat
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.clients.git import is_tracked, keep_out_of_git
from matcha_tui.clients.step import Outcome, Step
from matcha_tui.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically
from matcha_tui.stack.variables import ClientVariable

_NAME = ".env"
_BEGIN = "# >>> matcha: written by `matcha connect`; your own lines go outside >>>"
_END = "# <<< matcha <<<"
_SHARED_FILE_MODE = 0o644


def connect_env_file(project: Path, variables: Sequence[ClientVariable]) -> Step:
    """Write the stack's variables into ``.env``, and leave every other line as it is.

    Args:
        project: The folder that it lies in.
        variables: What to write. If one of them is secret, the file is made private
            and kept out of git, and nothing is written when git has it already.

    Raises:
        MatchaError: If a file cannot be read or written.
    """
    path = (project / _NAME).resolve()  # a link stays a link
    secret = any(variable.secret for variable in variables)
    names = ", ".join(variable.name for variable in variables)
    if not variables:
        return Step(_NAME, Outcome.SKIPPED, "the stack has nothing that clients read there")
    if secret and is_tracked(project, _NAME):
        return Step(
            _NAME,
            Outcome.FAILED,
            "git tracks it, and the stack's secrets would be committed with it; run: "
            f"git rm --cached {_NAME}",
        )
    before = _read(path)
    after = _with_block(before or "", variables)
    if after is None:
        return Step(_NAME, Outcome.FAILED, f"the line {_BEGIN!r} has no {_END!r} after it")
    mode = _mode(path, secret)
    said = [f"wrote {names}"]
    is_same = before == after and stat.S_IMODE(path.stat().st_mode) == mode
    if not is_same:
        write_atomically(path, after.encode(errors="surrogateescape"), mode)
    ignored = secret and keep_out_of_git(project, _NAME)
    if is_same and not ignored:
        return Step(_NAME, Outcome.UNCHANGED, f"it has {names}")
    if ignored:
        said.append(f"added {_NAME} to .gitignore")
    return Step(_NAME, Outcome.DONE, "; ".join(said))


def _with_block(text: str, variables: Sequence[ClientVariable]) -> str | None:
    """Return the text with our block in its old place, or else at its end."""
    lines = text.splitlines()
    block = [_BEGIN, *(f"{item.name}={shlex.quote(item.value)}" for item in variables), _END]
    if _BEGIN not in lines:
        lines += block
    else:
        start = lines.index(_BEGIN)
        if _END not in lines[start:]:
            return None
        lines[start : lines.index(_END, start) + 1] = block
    return "\n".join(lines) + "\n"


def _read(path: Path) -> str | None:
    if not path.exists():
        return None
    with explain_os_errors("read", path):
        return path.read_bytes().decode(errors="surrogateescape")


def _mode(path: Path, secret: bool) -> int:
    present = stat.S_IMODE(path.stat().st_mode) if path.exists() else _SHARED_FILE_MODE
    return present & PRIVATE_FILE_MODE if secret else present
