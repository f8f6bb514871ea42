"""The live change that somebody has agreed to: without it, a deployed stack stays as it is.

It is the modules that are wanted. Should ``matcha.toml`` say something else by now, that is
another change, to which nobody has agreed yet.
"""

import json
from collections.abc import Mapping

from matcha_tui.project.workspace import Workspace
from matcha_tui.system.files import write_atomically


def read_agreed(workspace: Workspace) -> dict[str, str] | None:
    """Return the modules that were agreed to, by module type; ``None`` without a live change."""
    try:
        found = json.loads(workspace.live_change_file.read_bytes())["modules"]
        return {str(slot): str(flavor) for slot, flavor in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_agreed(workspace: Workspace, modules: Mapping[str, str]) -> None:
    """Agree to a change."""
    write_atomically(workspace.live_change_file, json.dumps({"modules": dict(modules)}) + "\n")


def drop_agreed(workspace: Workspace) -> None:
    """Agree to nothing any more."""
    workspace.live_change_file.unlink(missing_ok=True)
