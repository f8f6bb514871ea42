"""The environment variables by which clients find a deployed stack; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.stack.catalog import Flavor


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
        if own:
            constants = flavor.client_variables.items()
            found += [*own, *(ClientVariable(name, value) for name, value in constants)]
    return tuple(found)
