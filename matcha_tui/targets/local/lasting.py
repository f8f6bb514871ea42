"""The folders outside of the project, in which data outlives a destroy.

A setting of the type folder names one: by an absolute path, or by a name within this user's data
directory. The name that a first provision chooses is written to ``matcha.toml``, so that another
clone of the project finds the same data.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import Workspace
from matcha_tui.services.definition import DirectoryCheck, parse_definition
from matcha_tui.services.storage import foreign_entries
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import SettingType, SettingValue
from matcha_tui.system.files import user_data
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.stored_values import read_stored, values_file

_NAME_LENGTH = 40
_SHOWN = 3


def find_folders(spec: StackSpec) -> Iterator[tuple[Flavor, str, Path]]:
    """Find each folder outside of the project: its flavor, its dotted setting, its path.

    One that nobody has chosen stays where it is deployed, or has the project's name.
    """
    for flavor in spec.flavors:
        kept = read_stored(values_file(spec.workspace, flavor.name))
        for setting in flavor.settings:
            if setting.type is SettingType.FOLDER:
                dotted = f"{flavor.module_type}.{setting.name}"
                wanted = str(spec.config.settings.get(dotted, setting.default))
                chosen = wanted or str(kept.get(setting.name, "")) or _default_name(spec.workspace)
                yield flavor, dotted, _path(flavor, chosen)


def initial_folders(spec: StackSpec) -> dict[str, SettingValue]:
    """Return what is to be written to ``matcha.toml`` of each that nobody has chosen."""
    return {
        dotted: path.name if path == _path(flavor, path.name) else str(path)
        for flavor, dotted, path in find_folders(spec)
        if not spec.config.settings.get(dotted)
    }


def lasting_resources(spec: StackSpec) -> dict[str, dict[str, str]]:
    """Return what the folders give without a deployment: resource to property to value."""
    found: dict[str, dict[str, str]] = {}
    for flavor, dotted, path in find_folders(spec):
        if spec.config.settings.get(dotted) and path.is_dir():
            name = dotted.rpartition(".")[2]
            given = [item.name for item in flavor.properties if item.setting == name]
            found[flavor.resource] = dict.fromkeys(given, str(path))
    return found


def check_folders(spec: StackSpec) -> None:
    """Refuse a folder that cannot be written to, or that is not to be had for this alone."""
    for flavor, dotted, path in find_folders(spec):
        _refuse_unwritable(dotted, path)
        check = parse_definition(flavor.definition).check
        kept = read_stored(values_file(spec.workspace, flavor.name)).values()
        is_new = str(path) not in kept and path.is_dir()
        if is_new and isinstance(check, DirectoryCheck) and check.contents:
            _refuse_shared(dotted, path, foreign_entries(path, check.contents))


def _refuse_unwritable(dotted: str, folder: Path) -> None:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise MatchaError(
            f"{dotted} is {folder}, and {nearest} cannot be written to",
            hint="Mount it if it is a share, or choose another folder:"
            f" matcha provision --set {dotted}=FOLDER",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )


def _refuse_shared(dotted: str, folder: Path, foreign: Sequence[str]) -> None:
    if foreign:
        more = f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
        raise MatchaError(
            f"{dotted} is {folder}, which has other things in it:"
            f" {', '.join(foreign[:_SHOWN])}{more}",
            hint=f"Choose a folder of its own: matcha provision --set {dotted}={folder}/data",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )


def _path(flavor: Flavor, chosen: str) -> Path:
    if chosen.startswith(("/", "~/")):
        return Path(chosen).expanduser()
    return user_data(os.environ) / flavor.name / chosen


def _default_name(workspace: Workspace) -> str:
    """Return what a project calls its folders: its own name, made unique by its path."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", workspace.project.name).strip(".-_")
    unique = hashlib.sha256(os.fsencode(workspace.project)).hexdigest()[:8]
    return f"{readable[:_NAME_LENGTH] or 'project'}-{unique}"
