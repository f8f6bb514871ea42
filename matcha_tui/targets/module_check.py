"""Checks one flavor's folder: its module.toml, and its Terraform in a composed root."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.data_choice import DataChoice
from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, find_plugin_cache
from matcha_tui.stack.additions import read_addition
from matcha_tui.stack.catalog import Catalog, Flavor
from matcha_tui.stack.flavor import DEFINITION, FlavorPath
from matcha_tui.stack.setting import LOWEST_PORT, Setting, SettingType, SettingValue
from matcha_tui.targets.base import StackSpec, Target
from matcha_tui.targets.composition import ROOT_FILE, compose_layer, composed_copy
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.events import Diagnostic
from matcha_tui.terraform.validation import find_errors, module_folders

# What Terraform says of the root that is composed, and what it means for the flavor.
_FACE_RULES = (
    (
        r'(?:argument or block type is|argument) named "(?P<name>\w+)"',
        'there is no variable "{name}", and it is given one of that name',
        'Add: variable "{name}" {{ type = … }}',
    ),
    (
        r'argument "(?P<name>\w+)" is required',
        'the variable "{name}" has no default, and no setting gives it a value',
        "Declare it as [[setting]] in module.toml, or give it a default.",
    ),
    (
        r'attribute named "(?P<name>properties|secrets)"',
        'there is no output "{name}"',
        'Add: output "{name}" {{ value = {{}} }}, and sensitive = true for the secrets.',
    ),
)


@dataclass(frozen=True, slots=True)
class ModuleCheck:
    """What one check of a flavor found.

    Attributes:
        what: What was checked.
        faults: What is wrong, each with what to do about it.
        advice: What would be better.
    """

    what: str
    faults: tuple[MatchaError, ...] = ()
    advice: tuple[str, ...] = ()


def check_flavor(
    folder: Path, place: FlavorPath, catalog: Catalog, targets: Mapping[str, Target], engine: Engine
) -> Iterator[ModuleCheck]:
    """Check a flavor's folder; ends early where the rest makes no sense any more."""
    what = f"{DEFINITION}: title, resource, properties, settings"
    try:
        flavor = read_addition(folder, place, catalog.flavors)
    except MatchaError as error:
        yield ModuleCheck(what, (error,))
        return
    yield ModuleCheck(what)
    target = targets[place.target]
    what = f"{DEFINITION}: what the target {target.name} reads, and its placeholders"
    try:
        target.check(flavor)
        parts = target.parts(flavor)
    except MatchaError as error:
        yield ModuleCheck(what, (error,))
        return
    yield ModuleCheck(what, advice=target.advise(flavor))
    with tempfile.TemporaryDirectory(prefix="matcha-module-") as temporary:
        yield from _check_terraform(
            Path(temporary).resolve(), flavor, parts, catalog, target, engine
        )


def _check_terraform(
    directory: Path,
    flavor: Flavor,
    parts: Mapping[str, str],
    catalog: Catalog,
    target: Target,
    engine: Engine,
) -> Iterator[ModuleCheck]:
    workspace = Workspace(directory)
    values = {flavor.module_type: {item.name: _example(item) for item in flavor.settings}}
    spec = StackSpec(workspace, (flavor,), Config(target=target.name))
    root = workspace.layer(flavor.layer)
    compose_layer(spec, catalog, target, flavor.layer, values, root)
    environment = run_environment(
        os.environ, find_plugin_cache(os.environ), target.environment(spec, DataChoice.KEEP)
    )
    errors = find_errors(engine, root, environment)
    faults = tuple(_translate(error, root, flavor) for error in errors)
    yield ModuleCheck(
        f"{engine.name} init and validate: variables, outputs and all the rest", faults
    )
    if not faults and parts:
        found = module_folders(root)
        yield ModuleCheck(
            f"shared modules: {', '.join(parts)}",
            tuple(
                _missing_part(flavor, name, part)
                for name, part in parts.items()
                if found.get(f"{flavor.module_type}.{name}") != root / "modules" / part
            ),
        )


def _example(setting: Setting) -> SettingValue:
    if setting.type is SettingType.PORT:
        return setting.default or setting.preferred or LOWEST_PORT
    return setting.default


def _translate(error: Diagnostic, root: Path, flavor: Flavor) -> MatchaError:
    if error.filename == ROOT_FILE:
        for pattern, meaning, next_step in _FACE_RULES:
            if found := re.search(pattern, error.detail):
                name = found["name"]
                return MatchaError(
                    f"{flavor.folder}: {meaning.format(name=name)}",
                    hint=next_step.format(name=name),
                )
    place = str(flavor.folder)
    if error.filename:
        copy = composed_copy(root, flavor)
        path = root / error.filename
        if path.is_relative_to(copy):
            path = flavor.folder / path.relative_to(copy)
        place = f"{path}:{error.line}" if error.line else f"{path}"
    return MatchaError(f"{place}: {error.summary}", hint=error.detail or None)


def _missing_part(flavor: Flavor, name: str, part: str) -> MatchaError:
    source = f"../../../{part}"
    return MatchaError(
        f'{flavor.folder}: there is no module "{name}" with source = "{source}"',
        hint="matcha watches and repairs a flavor by it; copy that block from one of ours.",
    )
