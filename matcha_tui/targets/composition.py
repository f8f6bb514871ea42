"""Composes a layer's Terraform root from a stack.

The root is data (``main.tf.json``, Terraform's own JSON syntax), never a text
template. The modules it names are copied beside it, so that a deployment can be
destroyed with the very modules that built it, whatever is installed by then.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import Catalog, Flavor
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.stack.foreign import NOT_COPIED, folder_digest, refuse_links
from matcha_tui.stack.setting import SettingType
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.targets.base import ModuleValues, Root, StackSpec, Target

RESOURCES_OUTPUT = "resources"
ROOT_FILE = "main.tf.json"
VARIABLES_FILE = "terraform.tfvars.json"
_REQUIRED_TERRAFORM = ">= 1.6"


def compose_layer(
    spec: StackSpec,
    catalog: Catalog,
    target: Target,
    layer: str,
    values: ModuleValues,
    directory: Path,
    *,
    keeps_modules: bool = False,
) -> None:
    """Write a layer's root, its variables and its modules."""
    make_private_directory(directory)
    flavors = [flavor for flavor in spec.flavors if flavor.layer == layer]
    modules = directory / "modules"
    if not (keeps_modules and modules.is_dir()):
        _copy_modules(target.modules or catalog.directory / target.name, flavors, modules)
    root = target.root(spec, layer)
    variables: dict[str, Any] = {"context": dict(root.context)}
    for flavor in flavors:
        for setting in flavor.settings:
            name = variable_name(flavor, setting.name)
            variables[name] = values[flavor.module_type][setting.name]
    content = _content(root, layer, flavors)
    write_atomically(directory / ROOT_FILE, json.dumps(content, indent=2) + "\n")
    write_atomically(
        directory / VARIABLES_FILE, json.dumps(variables, indent=2, sort_keys=True) + "\n"
    )


def is_composed(directory: Path) -> bool:
    """Return whether a layer was composed, and can be read."""
    try:
        return all(
            isinstance(json.loads((directory / name).read_bytes()), dict)
            for name in (ROOT_FILE, VARIABLES_FILE)
        )
    except (OSError, ValueError, RecursionError):
        return False


def variable_name(flavor: Flavor, setting: str) -> str:
    """Return what a flavor's setting is called among the root's variables."""
    return f"{flavor.module_type}_{setting}"


def modules_digest(directory: Path) -> str:
    """Return the digest of the modules that a layer was composed of."""
    return folder_digest(directory / "modules")


def composed_copy(directory: Path, flavor: Flavor) -> Path:
    """Return where a layer's folder has its copy of a flavor's module."""
    return directory / "modules" / flavor.layer / flavor.module_type / flavor.name


def composed_flavors(directory: Path, modules: Mapping[str, str]) -> tuple[Flavor, ...]:
    """Return the flavors that a layer was composed of, as they were then."""
    flavors = []
    for module_type, name in modules.items():
        copy = directory / "modules" / directory.name / module_type / name
        with suppress(MatchaError):  # an older version may have made it
            if copy.is_dir():
                flavors.append(read_flavor(copy))
    return tuple(flavors)


def _copy_modules(ours: Path, flavors: Sequence[Flavor], destination: Path) -> None:
    """Copy the target's modules, and over them the user's, which may use what those share."""
    hidden = shutil.ignore_patterns(*NOT_COPIED)
    with explain_os_errors("write", destination):
        if destination.exists():
            shutil.rmtree(destination)
        shutil.copytree(ours, destination, ignore=hidden)
        for flavor in flavors:
            place = Path(flavor.layer, flavor.module_type, flavor.name)
            if flavor.folder != ours / place:
                copy = destination / place
                if copy.exists():
                    shutil.rmtree(copy)
                refuse_links(flavor.folder)
                shutil.copytree(flavor.folder, copy, ignore=hidden)


def _content(root: Root, layer: str, flavors: Sequence[Flavor]) -> dict[str, Any]:
    modules: dict[str, Any] = {name: dict(arguments) for name, arguments in root.modules.items()}
    variables: dict[str, Any] = {"context": {"type": "any"}, **root.variables}
    resources: dict[str, Any] = dict(root.resources or {})
    for flavor in flavors:
        name = flavor.module_type
        modules[name] = {
            "source": f"./modules/{layer}/{flavor.module_type}/{flavor.name}",
            "context": root.flavor_context,
            **{
                setting.name: f"${{var.{variable_name(flavor, setting.name)}}}"
                for setting in flavor.settings
            },
        }
        if root.modules:
            modules[name]["depends_on"] = [f"module.{base}" for base in root.modules]
        for setting in flavor.settings:
            variables[variable_name(flavor, setting.name)] = {
                "type": "any",
                "sensitive": setting.type is SettingType.SECRET,
            }
        resources[flavor.resource] = f"${{merge(module.{name}.properties, module.{name}.secrets)}}"
    outputs = dict(root.outputs)
    if root.resources is not None:
        outputs[RESOURCES_OUTPUT] = {"sensitive": True, "value": resources}
    terraform: dict[str, Any] = {"required_version": _REQUIRED_TERRAFORM}
    if root.backend:
        terraform["backend"] = dict(root.backend)
    sections = {
        "provider": dict(root.providers),
        "variable": variables,
        "locals": dict(root.local_values),
        "module": modules,
        "output": outputs,
    }
    return {"terraform": terraform} | {name: part for name, part in sections.items() if part}
