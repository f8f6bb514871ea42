"""The environment variables that client libraries read, as the catalog declares them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.stack.catalog import Flavor

_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")


@dataclass(frozen=True, slots=True)
class ClientVariables:
    """What the clients of a deployed stack read.

    Attributes:
        values: Name to value, secrets included.
        secret: The names of those that hold a secret.
    """

    values: Mapping[str, str]
    secret: frozenset[str]


def client_variables(
    flavors: Iterable[Flavor], resources: Mapping[str, Mapping[str, str]]
) -> ClientVariables:
    """Fill in the variables that the stack's flavors declare.

    Args:
        flavors: What the stack is made of.
        resources: What it gives: resource to property to value.

    Returns:
        The variables; one whose property is not given is left out.
    """
    values: dict[str, str] = {}
    secret = set()
    for flavor in flavors:
        given = resources.get(flavor.resource, {})
        hidden = {item.name for item in flavor.properties if item.secret}
        for name, template in flavor.variables.items():
            wanted = set(_PLACEHOLDER.findall(template))
            if not given or not wanted <= given.keys():
                continue
            values[name] = _fill(template, given)
            if wanted & hidden:
                secret.add(name)
    return ClientVariables(values, frozenset(secret))


def _fill(template: str, given: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: given[found[1]], template)
