"""Which policies of the organisation may forbid parts of the stack.

What a policy forbids depends on rules that only Azure can evaluate: this never fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.targets.azure.preflight.context import CheckContext, each
from matcha_tui.targets.findings import Unverified

_ENFORCED = "Default"
# learn.microsoft.com/azure/governance/policy/samples/built-in-policies: Allowed locations
_ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Assignment:
    """A policy that holds for the subscription."""

    title: str
    definition: str  # the ID of its rule, or of a set of them
    parameters: Mapping[str, Any]  # what it was given

    @property
    def limits_locations(self) -> bool:
        """Whether it is Azure's own policy about regions."""
        return self.definition.casefold().endswith(_ALLOWED_LOCATIONS)


def check_policies(context: CheckContext) -> str:
    """Name the policies that may forbid something."""
    location = context.settings.location
    path = f"{context.subscription}/providers/Microsoft.Authorization/policyAssignments"
    answers = context.reader.list_all(_parse, path, {"$filter": "atScope()"})
    found = [item for item in answers if item]
    for item in found:
        allowed = item.parameters.get("listOfAllowedLocations")
        if not item.limits_locations or not isinstance(allowed, list) or not allowed:
            continue
        if location not in (names := [str(name) for name in allowed]):
            raise Unverified(
                f"the policy {item.title} allows {', '.join(names)}, and not {location}",
                f"Choose a region that it allows: matcha provision --location {names[0]}",
            )
    others = [item for item in found if not item.limits_locations]
    denies = each(lambda item: _may_deny(context, item), others)
    titles = [item.title for item, deny in zip(others, denies, strict=True) if deny]
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
        _read_parameters(properties, "value"),
    )


def _may_deny(context: CheckContext, item: _Assignment) -> bool:
    """Return whether a policy denies, by its own rule or, of a set, by what it was given."""
    effects = _effects(item.parameters)
    return _denies(*effects.values()) or context.reader.get(
        lambda definition: _rule_denies(effects, definition), item.definition
    )


def _rule_denies(given: Mapping[str, Any], definition: Mapping[str, Any]) -> bool:
    properties = definition["properties"]
    effects = {**_effects(_read_parameters(properties, "defaultValue")), **given}
    rule = properties.get("policyRule") or {}
    return _denies(*effects.values(), (rule.get("then") or {}).get("effect"))


def _read_parameters(properties: Mapping[str, Any], key: str) -> dict[str, Any]:
    parameters = properties.get("parameters") or {}
    return {str(name): content.get(key) for name, content in parameters.items()}


def _effects(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if "effect" in name.lower()}


def _denies(*effects: object) -> bool:
    return any(isinstance(effect, str) and effect.casefold() == "deny" for effect in effects)
