"""A stack: which flavor fills which slot. Every edit makes a new one or is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog

CUSTOM = "custom"
DEFAULT_PRESET = "default"


@dataclass(frozen=True, slots=True)
class Stack:
    """A choice of modules.

    Attributes:
        name: A preset's name if the modules are that preset's, else ``custom``.
        modules: Pairs of module type and flavor, in the order of `MODULE_TYPES`.
    """

    name: str
    modules: tuple[tuple[str, str], ...]

    def flavor(self, module_type: str) -> str | None:
        """Return what fills a slot, or ``None`` when it is empty."""
        return dict(self.modules).get(module_type)


def make_stack(catalog: Catalog, modules: Mapping[str, str]) -> Stack:
    """Make a stack of given modules, called by a preset's name where it is one.

    Args:
        catalog: What exists.
        modules: Module type to flavor, in any order and any case.

    Raises:
        MatchaError: If a module type or a flavor does not exist.
    """
    return name_stack(catalog, dict(catalog.choose(*module) for module in modules.items()))


def name_stack(catalog: Catalog, modules: Mapping[str, str]) -> Stack:
    """Make a stack of modules that were in the catalog once, as what is deployed was.

    Args:
        catalog: Has the presets.
        modules: Module type to flavor, in any order.
    """
    name = next(
        (
            preset.name
            for preset in catalog.presets.values()
            if dict(modules) in (preset.modules, *preset.elsewhere.values())
        ),
        CUSTOM,
    )
    ordered = tuple((slot, modules[slot]) for slot in MODULE_TYPES if slot in modules)
    return Stack(name, ordered)


def preset_stack(catalog: Catalog, name: str, target: str | None = None) -> Stack:
    """Return the stack that comes with the product under this name.

    Args:
        catalog: What exists.
        name: ``default`` or ``llm``, in any case.
        target: Where it is to be built: one that lacks some of it has it as `Preset.on` says.

    Raises:
        MatchaError: If there is no such preset.
    """
    preset = catalog.presets[choose_name("stack", name, catalog.presets)]
    return make_stack(catalog, preset.on(target))


def move_stack(catalog: Catalog, stack: Stack, target: str) -> Stack:
    """Return a stack as another target has it: a preset as it is there, any other unchanged."""
    return stack if stack.name == CUSTOM else preset_stack(catalog, stack.name, target)


def drop_unavailable(catalog: Catalog, stack: Stack, target: str) -> Stack:
    """Return a stack without the modules that a target lacks; faulty ones stay, to be told."""
    places = [item.place for item in catalog.flavors]
    places += [fault.place for fault in catalog.faults if fault.place]
    offered = {(place.module_type, place.flavor) for place in places if place.target == target}
    return name_stack(catalog, dict(module for module in stack.modules if module in offered))


def format_lacking(catalog: Catalog, stack: Stack, target: str) -> str:
    """Say in one sentence what of a preset is otherwise on a target; empty if nothing is."""
    preset = catalog.presets.get(stack.name)
    there = preset.on(target) if preset else {}
    if preset is None or there == preset.modules:
        return ""
    others = [
        f"{there[slot]} for {flavor}"
        for slot, flavor in preset.modules.items()
        if there.get(slot, flavor) != flavor
    ]
    missing = [slot for slot in preset.modules if slot not in there]
    parts = [*others, *([f"no {', '.join(missing)}"] if missing else [])]
    return f"On the target {target} the {preset.name} stack has {', '.join(parts)}."


def add_module(catalog: Catalog, stack: Stack, module_type: str, flavor: str) -> Stack:
    """Fill a slot; what filled it before is replaced.

    Returns:
        The new stack, equal to the old one if it had that module already.

    Raises:
        MatchaError: If the module type or the flavor does not exist.
    """
    return make_stack(catalog, dict((*stack.modules, catalog.choose(module_type, flavor))))


def remove_module(catalog: Catalog, stack: Stack, module_type: str) -> Stack:
    """Empty a slot.

    Returns:
        The new stack, equal to the old one if the slot was empty already.

    Raises:
        MatchaError: If the module type does not exist.
    """
    emptied = choose_name("module type", module_type, MODULE_TYPES)
    modules = {slot: flavor for slot, flavor in stack.modules if slot != emptied}
    return make_stack(catalog, modules)


def check_complete(catalog: Catalog, stack: Stack, target: str) -> None:
    """Refuse a stack that cannot be built.

    Args:
        catalog: What exists.
        stack: What was chosen.
        target: Where it would be built.

    Raises:
        MatchaError: If it has no modules, or one that the target lacks or that
            requires another.
    """
    if not stack.modules:
        offered = [item for item in catalog.flavors if item.target == target]
        example = f"{offered[0].module_type} {offered[0].name}" if offered else "MODULE_TYPE FLAVOR"
        raise MatchaError(
            "the stack has no modules, so there is nothing to build",
            hint=f"Run `matcha stack set default`, or add one: `matcha stack add {example}`.",
            exit_code=ExitCode.REFUSED,
        )
    for module_type, name in stack.modules:
        flavor = catalog.find(target, module_type, name)
        missing = [slot for slot in flavor.requires if stack.flavor(slot) is None]
        if missing:
            choices = " or ".join(catalog.names(missing[0]))
            raise MatchaError(
                f"{flavor.title} needs a module of type {missing[0]}",
                hint=f"Run `matcha stack add {missing[0]} {choices}`.",
                exit_code=ExitCode.REFUSED,
            )
