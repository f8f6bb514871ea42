"""What a resource will be after an apply: the answer to ``PlanResourceChange``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulator.schema import Block, Nested
from tests.simulator.tables import of_type
from tests.simulator.templates import region
from tests.simulator.values import UNKNOWN, Body, change_each


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned resource.

    Attributes:
        state: Its attributes; `UNKNOWN` where only the apply will tell.
        replaced: Paths of the changes that make a new object of it.
    """

    state: Body
    replaced: tuple[tuple[str | int, ...], ...]


def plan(type_name: str, block: Block, prior: Body | None, proposed: Body) -> Planned:
    """Plan a create or a change.

    Args:
        type_name: The resource type.
        block: Its shape.
        prior: What it is; ``None`` before it is created.
        proposed: Terraform's merge of what it is and what the configuration says.
    """
    rules = of_type("planning", type_name)
    provider = of_type("planning", type_name.split("_", 1)[0])
    rules["replaced"] = [*provider.get("replaced", ()), *rules.get("replaced", ())]
    state = _plan_body(block, prior, proposed, "", rules)
    if type_name.startswith("azurerm_"):
        _settle_location(state, prior)
    is_unfinished = type_name == "helm_release" and (prior or {}).get("status") != "deployed"
    if prior is not None and (state != prior or is_unfinished):
        for name in rules.get("recomputed", ()):
            state[name] = UNKNOWN
    return Planned(state, () if prior is None else _replaced(rules, block, prior, state))


def _plan_body(
    block: Block, prior: Body | None, proposed: Body, path: str, rules: Mapping[str, Any]
) -> Body:
    planned: Body = {}
    for name, attribute in block.attributes.items():
        value, where = proposed.get(name), f"{path}{name}"
        if attribute.write_only:
            value = None
        elif value is None and where in rules.get("defaults", {}):
            value = rules["defaults"][where]
        elif value is None and attribute.computed and prior is None:
            value = UNKNOWN
        elif attribute.nested:
            value = _plan_nested(attribute.nested, prior, value, name, path, rules)
        planned[name] = value
    for name, nested in block.blocks.items():
        value = proposed.get(name, nested.empty)
        if value == nested.empty and f"{path}{name}" in rules.get("given", ()):
            planned[name] = UNKNOWN if prior is None else prior[name]
        else:
            planned[name] = _plan_nested(nested, prior, value, name, path, rules)
    return planned


def _plan_nested(
    nested: Nested, prior: Body | None, value: Any, name: str, path: str, rules: Mapping[str, Any]
) -> Any:
    """Plan blocks one by one, each with what stood in its place before."""
    before = None if prior is None else prior.get(name)

    def plan_one(place: Any, body: Body) -> Body:
        return _plan_body(
            nested.block, _counterpart(nested, before, place, body), body, f"{path}{name}.", rules
        )

    return change_each(value, nested, plan_one)


def _counterpart(nested: Nested, before: Any, place: Any, body: Body) -> Body | None:
    if before is None or before is UNKNOWN:
        return None
    found: Body | None
    if nested.nesting == "list":
        found = before[place] if place < len(before) else None
    elif nested.nesting == "map":
        found = before.get(place)
    elif nested.nesting == "set":
        found = body if body in before else None
    else:
        found = before
    return found


def _settle_location(state: Body, prior: Body | None) -> None:
    """Regard "West Europe" as ``westeurope``, as azurerm does."""
    location = state.get("location")
    if isinstance(location, str):
        state["location"] = region(location)


def _replaced(
    rules: Mapping[str, Any], block: Block, prior: Body, state: Body
) -> tuple[tuple[str | int, ...], ...]:
    configurable = [name for name, given in block.attributes.items() if given.configurable]
    names = [
        name
        for rule in rules.get("replaced", ())
        for name in (configurable if rule == "*" else [rule])
    ]
    names += [name for name in rules.get("only_grows", ()) if _shrinks(prior, state, name)]
    changes = (_changed_path(prior, state, name.split(".")) for name in names)
    return tuple(path for path in changes if path is not None)


def _shrinks(prior: Any, state: Any, name: str) -> bool:
    """Whether a size such as ``32Gi`` would be less than before; all have the same unit here."""
    for part in name.split("."):
        prior, state = (
            (one[0] if isinstance(one, list) and one else one)[part] for one in (prior, state)
        )
    return int(str(state).rstrip("Gi")) < int(str(prior).rstrip("Gi"))


def _changed_path(prior: Any, state: Any, names: list[str]) -> tuple[str | int, ...] | None:
    """Where a path leads in a resource, through the first of each block; ``None`` if unchanged."""
    path: list[str | int] = []
    for depth, name in enumerate(names):
        if not isinstance(prior, dict) or not isinstance(state, dict):
            return None
        path.append(name)
        prior, state = prior.get(name), state.get(name)
        if depth < len(names) - 1 and isinstance(prior, list) and isinstance(state, list):
            if not prior or not state:
                return None
            prior, state = prior[0], state[0]
            path.append(0)
    return None if prior == state else tuple(path)
