"""Starting a deployed stack at each login of its user.

``python -P -m matcha_tui.autostart PROJECT`` takes that back, at the end of a destroy.
"""

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.deployed import deployed_target, require_deployment
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.project.workspace import Workspace
from matcha_tui.selection import Project
from matcha_tui.system.login_items import LoginItem, add_item, item_file, remove_item

_KEPT = ("PATH", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LANG")
_DIGEST_CHARACTERS = 8


def enable_autostart(project: Project) -> Path:
    """Have what is deployed started at each login, but for what its user has stopped.

    Returns:
        The file by which the system knows of it.

    Raises:
        MatchaError: If nothing is deployed here that ends with a login, or the system has
            no such thing.
    """
    require_deployment(project)
    target = deployed_target(project)
    if target.control is None or not target.control.ends_with_login:
        raise MatchaError(
            f"on {target.title} a stack runs on when you log out",
            hint="`matcha status` says how it is.",
            exit_code=ExitCode.REFUSED,
        )
    require_own_folder(project.workspace)
    command = (sys.executable, "-P", "-m", "matcha_tui.cli", "start", "--unless-stopped")
    folder = project.workspace.project
    kept = {name: os.environ[name] for name in _KEPT if os.environ.get(name)}
    title = f"The MLOps stack of {project.workspace.name} (matcha)"
    return add_item(LoginItem(_name(project.workspace), title, command, folder, kept))


def disable_autostart(workspace: Workspace) -> bool:
    """Have it started no longer; what runs goes on.

    Returns:
        Whether it was.
    """
    return remove_item(_name(workspace))


def find_autostart(workspace: Workspace) -> Path | None:
    """Return the file by which the system knows of it, if it does."""
    path = item_file(_name(workspace))
    return path if path.exists() else None


def disable_command(workspace: Workspace) -> tuple[str, ...]:
    """Return the command that takes it back."""
    return (sys.executable, "-P", "-m", "matcha_tui.autostart", str(workspace.project))


def main(arguments: Sequence[str]) -> int:
    """Take it back; what cannot be taken back is said, and holds up no destroy."""
    try:
        if disable_autostart(Workspace(Path(arguments[0]))):
            sys.stdout.write("it is no longer started at login\n")
    except MatchaError as error:
        sys.stdout.write(f"{error.message}\n")
    return 0


def _name(workspace: Workspace) -> str:
    folder = workspace.project.resolve()
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:_DIGEST_CHARACTERS]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", workspace.name).strip("-")[:40].lower()
    return f"matcha-{readable}-{digest}" if readable else f"matcha-{digest}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
