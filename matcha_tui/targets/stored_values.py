"""Values that were decided once, kept in a private file as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.setting import SettingValue
from matcha_tui.system.files import make_private_directory, write_atomically


def read_stored(file: Path) -> Mapping[str, SettingValue]:
    """Return what was kept; nothing where the file is missing or damaged."""
    try:
        kept = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def values_file(workspace: Workspace, flavor: str) -> Path:
    """Return where the decisions for a service are kept."""
    return workspace.services / flavor / "values.json"


def keep(file: Path, values: Mapping[str, SettingValue]) -> None:
    """Keep values, secrets among them, for the next time."""
    make_private_directory(file.parent)
    write_atomically(file, json.dumps(dict(values), indent=2) + "\n")
