"""Composes a layer's Terraform root from a stack.

The root is data (``main.tf.json``, Terraform's own JSON syntax), never a text
template. The modules it names are copied beside it, so that a deployment can be
destroyed with the very modules that built it, whatever is installed by then.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from matcha_tui.errors import MatchaError
from matcha_tui.files import (
    explain_os_error,
    explain_os_errors,
    make_private_directory,
    write_atomically,
)
from matcha_tui.project.state import read_output
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, Flavor
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.stack.setting import SettingType
from matcha_tui.targets.base import Intent, ModuleValues, Root, Target

RESOURCES_OUTPUT = "resources"
ROOT_FILE = "main.tf.json"
_SIZES_OUTPUT = "sizes"
_VARIABLES_FILE = "terraform.tfvars.json"
_REQUIRED_TERRAFORM = ">= 1.6"
_DAMAGE = (
    *(IsADirectoryError, ValueError, RecursionError),
    *(KeyError, TypeError, AttributeError),  # of other types than are understood
)

Part = TypeVar("Part")


def compose_layer(
    intent: Intent, catalog: Catalog, target: Target, layer: str, values: ModuleValues
) -> Path:
    """Write a layer's root, its variables and its modules.

    Args:
        intent: What is to be built.
        catalog: Where the modules are.
        target: What is being built on.
        layer: Which of its layers.
        values: The final value of every setting.

    Returns:
        The layer's folder, in which Terraform is to run.

    Raises:
        MatchaError: If something cannot be written.
    """
    directory = make_private_directory(intent.workspace.layer(layer))
    flavors = [flavor for flavor in intent.flavors if flavor.layer == layer]
    ours = target.modules or catalog.directory / target.name
    _copy_modules(ours, flavors, directory / "modules")
    root = target.root(intent, layer)
    variables: dict[str, Any] = {"context": dict(root.context)}
    for flavor in flavors:
        for setting in flavor.settings:
            name = _variable(flavor, setting.name)
            variables[name] = values[flavor.module_type][setting.name]
    content = _content(root, layer, flavors)
    write_atomically(directory / ROOT_FILE, json.dumps(content, indent=2) + "\n")
    write_atomically(
        directory / _VARIABLES_FILE, json.dumps(variables, indent=2, sort_keys=True) + "\n"
    )
    return directory


def composed_modules(directory: Path) -> dict[str, str] | None:
    """Return the stack that a layer was composed of.

    Args:
        directory: The layer's folder.

    Returns:
        Module type to flavor, or ``None`` when nothing was ever composed there.

    Raises:
        MatchaError: If what was composed there is damaged.
    """
    return _read_composed(
        directory / ROOT_FILE,
        lambda root: {
            name: Path(module["source"]).name
            for name, module in root.get("module", {}).items()
            if name in MODULE_TYPES
        },
    )


def composed_backend(directory: Path) -> dict[str, Any] | None:
    """Return where the state of a layer is kept, as it was composed; empty for its folder.

    Args:
        directory: The layer's folder.

    Returns:
        As in Terraform's ``backend``, or ``None`` when nothing was ever composed there.

    Raises:
        MatchaError: If what was composed there is damaged.
    """
    return _read_composed(
        directory / ROOT_FILE, lambda root: dict(root["terraform"].get("backend", {}).items())
    )


def refuse_lower_values(directory: Path, intent: Intent) -> None:
    """Refuse to lower a setting that can only grow below what is deployed, by whomever.

    Args:
        directory: The layer's folder.
        intent: What is to be built.

    Raises:
        MatchaError: If one would be lowered, or what was composed there is damaged.
    """
    deployed = read_output(directory, _SIZES_OUTPUT)
    # A run may have failed before its state says so; without a file, a colleague built it.
    composed = _read_composed(directory / _VARIABLES_FILE, lambda values: dict(values.items()))
    known = [deployed if isinstance(deployed, dict) else {}, composed or {}]
    for flavor in intent.flavors:
        for setting in flavor.settings:
            dotted = f"{flavor.module_type}.{setting.name}"
            wanted = intent.config.settings.get(dotted, setting.default)
            for values in known:
                setting.refuse_lower(wanted, values.get(_variable(flavor, setting.name)))


def composed_flavors(directory: Path) -> tuple[Flavor, ...]:
    """Return the flavors that a layer was composed of, as they were then.

    Args:
        directory: The layer's folder.

    Raises:
        MatchaError: If what was composed there is damaged.
    """
    flavors = []
    for module_type, name in (composed_modules(directory) or {}).items():
        with suppress(MatchaError):  # an older version may have made it
            copy = directory / "modules" / directory.name / module_type / name
            flavors.append(read_flavor(copy))
    return tuple(flavors)


def _read_composed(path: Path, understand: Callable[[Any], Part]) -> Part | None:
    """Read one part of what was composed; ``None`` when nothing was.

    Raises:
        MatchaError: If the file is damaged, or cannot be read.
    """
    try:
        return understand(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except _DAMAGE as error:
        raise MatchaError(
            f"{path} is damaged: it is not what matcha wrote there",
            hint="Remove it. The next `matcha provision` or `matcha destroy` makes it again "
            "from matcha.toml.",
        ) from error
    except OSError as error:
        raise explain_os_error("read", path, error) from error


def _copy_modules(ours: Path, flavors: Sequence[Flavor], destination: Path) -> None:
    """Copy the target's modules, and over them the user's, which may use what those share."""
    hidden = shutil.ignore_patterns(".*", "__pycache__")
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
                setting.name: f"${{var.{_variable(flavor, setting.name)}}}"
                for setting in flavor.settings
            },
        }
        if root.modules:
            modules[name]["depends_on"] = [f"module.{base}" for base in root.modules]
        for setting in flavor.settings:
            variables[_variable(flavor, setting.name)] = {
                "type": "any",
                "sensitive": setting.type is SettingType.SECRET,
            }
        resources[flavor.resource] = f"${{merge(module.{name}.properties, module.{name}.secrets)}}"
    outputs = dict(root.outputs)
    if root.resources is not None:
        outputs[RESOURCES_OUTPUT] = {"sensitive": True, "value": resources}
    sizes = [
        _variable(flavor, setting.name)
        for flavor in flavors
        for setting in flavor.settings
        if setting.only_grows
    ]
    if sizes:  # a colleague's folder knows them from the state alone
        outputs[_SIZES_OUTPUT] = {"value": {name: f"${{var.{name}}}" for name in sizes}}
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


def _variable(flavor: Flavor, setting: str) -> str:
    return f"{flavor.module_type}_{setting}"
