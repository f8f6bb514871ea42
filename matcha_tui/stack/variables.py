"""The environment variables by which clients find a deployed stack; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.stack.flavor import PROPERTY_PART, Flavor

_ADDRESS = re.compile(r"\w+://(?P<host>[^/:]+)(:(?P<port>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class ClientVariable:
    """One variable that a client library reads.

    Attributes:
        name: As the library's makers call it: ``MLFLOW_TRACKING_URI``.
        value: What it is to be.
        secret: Whether it may only be shown to who asks for it.
    """

    name: str
    value: str
    secret: bool = False


def client_variables(
    flavors: Iterable[Flavor], resources: Mapping[str, Mapping[str, str]]
) -> tuple[ClientVariable, ...]:
    """Return what clients need, as the flavors' ``module.toml`` files say."""
    found: list[ClientVariable] = []
    for flavor in flavors:
        given = resources.get(flavor.resource, {})
        own = [
            ClientVariable(item.variable, given[item.name], item.secret)
            for item in flavor.properties
            if item.variable and item.name in given
        ]
        for name, text in flavor.client_variables.items():
            needed = {match[1] for match in PROPERTY_PART.finditer(text)}
            if needed <= given.keys() and (needed or own):
                own.append(ClientVariable(name, _fill(text, given)))
        found += own
    return tuple(found)


def _fill(text: str, given: Mapping[str, str]) -> str:
    return PROPERTY_PART.sub(lambda match: property_value(given[match[1]], match[2]), text)


def property_value(value: str, part: str | None) -> str:
    """Return a property's value, or the host or port of one that is a URL."""
    address = _ADDRESS.match(value)
    return (address[part] or "") if part and address else value
