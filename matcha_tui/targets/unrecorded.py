"""A deployment without a record: one of an older matcha, or one that a colleague has built.

What it was composed of is read back once, out of the files of its layers; the first run
that changes it writes the record.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import LayerRecord, LayerState, Record
from matcha_tui.project.state import StateFacts, read_output, read_state
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.stack.setting import SettingValue
from matcha_tui.system.files import explain_os_error
from matcha_tui.targets.base import StackSpec, Target
from matcha_tui.targets.composition import ROOT_FILE, VARIABLES_FILE, variable_name

_SIZES_OUTPUT = "sizes"
_DAMAGE = (
    *(IsADirectoryError, ValueError, RecursionError),
    *(KeyError, TypeError, AttributeError),  # of other types than are understood
)

Part = TypeVar("Part")


def find_unrecorded(target: Target, spec: StackSpec) -> Record | None:
    """Return what would have been recorded of a deployment on a target.

    Returns:
        The record, or ``None`` when Terraform has nothing in the target's layers.
    """
    folders = {name: spec.workspace.layer(name) for name in target.layers}
    states = {name: read_state(folder) for name, folder in folders.items()}
    if not any(facts.has_resources or facts.fault for facts in states.values()):
        return None
    variables: dict[str, Any] = {}
    sizes: dict[str, Any] = {}
    composed: list[Mapping[str, str]] = []
    for folder in folders.values():
        variables |= _read_composed(folder / VARIABLES_FILE, _members) or {}
        built = read_output(folder, _SIZES_OUTPUT)  # by a colleague, too
        sizes |= built if isinstance(built, dict) else {}
        modules = _read_composed(folder / ROOT_FILE, _modules)
        composed += [modules] if modules is not None else []
    context = variables.get("context")
    modules = {name: flavor for found in composed for name, flavor in found.items()}
    chosen = {flavor.module_type: flavor.name for flavor in spec.flavors}
    was_finished = spec.workspace.state_file.exists()
    return Record(
        target=target.name,
        modules=modules if composed else chosen,
        settings={**spec.config.settings, **_growing(spec, variables, sizes)},
        fixed=_fixed(target, spec, context if isinstance(context, dict) else {}),
        backend=dict(spec.config.state),
        layers={name: _layer(facts, was_finished) for name, facts in states.items()},
    )


def _layer(facts: StateFacts, was_finished: bool) -> LayerRecord:
    if was_finished:
        return LayerRecord(LayerState.WHOLE, facts.lineage if facts.has_resources else "")
    state = LayerState.PARTIAL if facts.has_resources or facts.fault else LayerState.GONE
    return LayerRecord(state, facts.lineage)


def _growing(spec: StackSpec, *known: Mapping[str, Any]) -> dict[str, SettingValue]:
    """Return the greatest value that is known of each setting that can only grow."""
    found: dict[str, SettingValue] = {}
    for flavor in spec.flavors:
        for setting in flavor.settings:
            name = variable_name(flavor, setting.name)
            values = [it[name] for it in known if isinstance(it.get(name), int)]
            if setting.only_grows and values:
                found[f"{flavor.module_type}.{setting.name}"] = max(values)
    return found


def _fixed(target: Target, spec: StackSpec, context: Mapping[str, Any]) -> dict[str, SettingValue]:
    return {
        name: context.get(name, value)
        for name, value in target.fixed_values(spec.config.settings).items()
    }


def _members(document: Any) -> dict[str, Any]:
    return dict(document.items())


def _modules(root: Any) -> dict[str, str]:
    return {
        name: Path(module["source"]).name
        for name, module in root.get("module", {}).items()
        if name in MODULE_TYPES
    }


def _read_composed(path: Path, understand: Callable[[Any], Part]) -> Part | None:
    """Read one part of what was composed; ``None`` when nothing was."""
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
