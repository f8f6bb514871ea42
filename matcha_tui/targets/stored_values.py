"""Values that were decided once, kept in a private file as JSON; a password may be given."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import Setting, SettingType, SettingValue
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


PASSWORD_SETTING = "password"
"""The name of the secret setting that a given password is for."""


def takes_password(setting: Setting) -> bool:
    """Return whether a given password is for this setting."""
    return setting.type is SettingType.SECRET and setting.name == PASSWORD_SETTING


def find_takers(flavors: Sequence[Flavor], password: str) -> list[tuple[Flavor, str]]:
    """Return the flavors that take a password, each with what it makes of it."""
    takers = [
        (flavor, str(setting.parse(password)))
        for flavor in flavors
        for setting in flavor.settings
        if takes_password(setting)
    ]
    if not takers:
        raise MatchaError(
            "no module of this stack takes a password",
            hint="Leave out --password-stdin.",
            exit_code=ExitCode.USAGE,
        )
    return takers
