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
from matcha_tui.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, Flavor
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.stack.setting import SettingType
from matcha_tui.targets.base import ModuleValues, Target

RESOURCES_OUTPUT = "resources"
ROOT_FILE = "main.tf.json"
_REQUIRED_TERRAFORM = ">= 1.6"


def compose_layer(
    workspace: Workspace,
    catalog: Catalog,
    target: Target,
    layer: str,
    flavors: Sequence[Flavor],
    values: ModuleValues,
) -> Path:
    """Write a layer's root, its variables and its modules.

    Args:
        workspace: The project's paths.
        catalog: Where the modules are.
        target: What is being built on.
        layer: Which of its layers.
        flavors: Those of the stack that belong to the layer.
        values: The final value of every setting.

    Returns:
        The layer's folder, in which Terraform is to run.

    Raises:
        MatchaError: If something cannot be written.
    """
    directory = make_private_directory(workspace.layer(layer))
    _copy_modules(catalog.directory / target.name, flavors, directory / "modules")
    variables: dict[str, Any] = {"context": dict(target.context(workspace))}
    for flavor in flavors:
        for setting in flavor.settings:
            name = _variable(flavor, setting.name)
            variables[name] = values[flavor.module_type][setting.name]
    root = _root(target, layer, flavors, target.cloud(workspace))
    write_atomically(directory / ROOT_FILE, json.dumps(root, indent=2) + "\n")
    write_atomically(
        directory / "terraform.tfvars.json", json.dumps(variables, indent=2, sort_keys=True) + "\n"
    )
    return directory


def composed_modules(directory: Path) -> dict[str, str] | None:
    """Return the stack that a layer was composed of.

    Args:
        directory: The layer's folder.

    Returns:
        Module type to flavor, or ``None`` when nothing was ever composed there.
    """
    try:
        root = json.loads((directory / ROOT_FILE).read_bytes())
    except FileNotFoundError:
        return None
    return {
        name: Path(module["source"]).name
        for name, module in root["module"].items()
        if name in MODULE_TYPES
    }


def composed_flavors(directory: Path) -> tuple[Flavor, ...]:
    """Return the flavors that a layer was composed of, as they were then.

    Args:
        directory: The layer's folder.
    """
    flavors = []
    for module_type, name in (composed_modules(directory) or {}).items():
        with suppress(MatchaError):  # an older version may have made it
            copy = directory / "modules" / directory.name / module_type / name
            flavors.append(read_flavor(copy))
    return tuple(flavors)


def _copy_modules(ours: Path, flavors: Sequence[Flavor], destination: Path) -> None:
    """Copy our modules, and over them the user's, which may use those that ours share."""
    hidden = shutil.ignore_patterns(".*")
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
                shutil.copytree(flavor.folder, copy, ignore=hidden)


def _root(
    target: Target, layer: str, flavors: Sequence[Flavor], cloud: Mapping[str, str]
) -> dict[str, Any]:
    base = target.base_modules.get(layer, {})
    modules: dict[str, Any] = {
        name: {"source": f"./modules/{folder}"} for name, folder in base.items()
    }
    variable_blocks: dict[str, Any] = {"context": {"type": "any"}}
    outputs: dict[str, Any] = {"cloud": dict(cloud)}
    for flavor in flavors:
        name = flavor.module_type
        modules[name] = {
            "source": f"./modules/{layer}/{flavor.module_type}/{flavor.name}",
            "context": "${var.context}",
            **{
                setting.name: f"${{var.{_variable(flavor, setting.name)}}}"
                for setting in flavor.settings
            },
        }
        if base:
            modules[name]["depends_on"] = [f"module.{base_name}" for base_name in base]
        for setting in flavor.settings:
            variable_blocks[_variable(flavor, setting.name)] = {
                "type": "any",
                "sensitive": setting.type is SettingType.SECRET,
            }
        outputs[flavor.resource] = f"${{merge(module.{name}.properties, module.{name}.secrets)}}"
    return {
        "terraform": {"required_version": _REQUIRED_TERRAFORM},
        "variable": variable_blocks,
        "module": modules,
        "output": {RESOURCES_OUTPUT: {"sensitive": True, "value": outputs}},
    }


def _variable(flavor: Flavor, setting: str) -> str:
    return f"{flavor.module_type}_{setting}"
