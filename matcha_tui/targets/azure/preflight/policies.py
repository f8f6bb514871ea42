"""Which policies of the organisation may forbid parts of the stack.

What a policy forbids depends on rules that only Azure can evaluate: this never fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Unverified

if TYPE_CHECKING:
    from matcha_tui.targets.azure.preflight.reader import Reader

_VERSION = "2023-04-01"
_DENY = "deny"
_ENFORCED = "Default"
# learn.microsoft.com/azure/governance/policy/samples/built-in-policies: Allowed locations
_ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Assignment:
    """A policy that holds for the subscription.

    Attributes:
        title: Its name.
        definition: The ID of its rule, or of a set of them.
        parameters: What it was given.
    """

    title: str
    definition: str
    parameters: Mapping[str, Any]


def check_policies(context: CheckContext) -> str:
    """Name the policies that may forbid something."""
    reader, location = context.reader, context.requirements.location
    path = f"{reader.subscription}/providers/Microsoft.Authorization/policyAssignments"
    query = {"$filter": "atScope()"}
    found = [item for item in reader.list_all(_parse, path, _VERSION, query) if item]
    for item in found:
        allowed = _allowed_locations(item)
        if allowed and location not in allowed:
            raise Unverified(
                f"the policy {item.title} allows {', '.join(allowed)}, and not {location}",
                f"Choose a region that it allows: matcha provision --location {allowed[0]}",
            )
    denies = reader.each(partial(_may_deny, reader), found)
    titles = [item.title for item, deny in zip(found, denies, strict=True) if deny]
    if titles:
        named = ", ".join(titles[:_MOST_NAMED])
        more = f" and {len(titles) - _MOST_NAMED} more" if len(titles) > _MOST_NAMED else ""
        raise Unverified(
            f"policies of your organisation may forbid parts of the stack: {named}{more}",
            "If the provision is refused by one, ask who keeps it.",
        )
    return "no policy that denies anything holds for the subscription"


def _parse(item: Mapping[str, Any]) -> _Assignment | None:
    properties = item["properties"]
    if properties.get("enforcementMode", _ENFORCED) != _ENFORCED:
        return None
    return _Assignment(
        str(properties.get("displayName") or item.get("name") or "without a name"),
        str(properties["policyDefinitionId"]),
        {
            str(name): given.get("value")
            for name, given in (properties.get("parameters") or {}).items()
        },
    )


def _allowed_locations(item: _Assignment) -> list[str]:
    if not item.definition.casefold().endswith(_ALLOWED_LOCATIONS):
        return []
    given = item.parameters.get("listOfAllowedLocations")
    return [str(name) for name in given] if isinstance(given, list) else []


def _may_deny(reader: "Reader", item: _Assignment) -> bool:
    """Return whether a policy denies, by its own rule or, of a set, by what it was given."""
    if item.definition.casefold().endswith(_ALLOWED_LOCATIONS):
        return False  # it was looked at already
    effects = {name: value for name, value in item.parameters.items() if "effect" in name.lower()}
    if any(_is_deny(value) for value in effects.values()):
        return True
    return reader.get(partial(_rule_denies, effects), item.definition, _VERSION)


def _rule_denies(effects: Mapping[str, Any], definition: Mapping[str, Any]) -> bool:
    properties = definition["properties"]
    defaults = {
        str(name): declared.get("defaultValue")
        for name, declared in (properties.get("parameters") or {}).items()
        if "effect" in name.lower()
    }
    if any(_is_deny(value) for value in (defaults | dict(effects)).values()):
        return True
    rule = properties.get("policyRule") or {}
    return _is_deny((rule.get("then") or {}).get("effect"))


def _is_deny(value: object) -> bool:
    return isinstance(value, str) and value.casefold() == _DENY
