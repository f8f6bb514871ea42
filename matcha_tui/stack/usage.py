"""How a deployed stack is used: pages, variables of clients, snippets; pure.

A snippet is a file of its flavor's folder ``snippets``. A property in it, as ``${url}`` or a part
of one as ``${url:port}``, is filled with its real value; secrets are never written into a
snippet, which would be copied to anywhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.stack.flavor import PROPERTY_PART, Flavor
from matcha_tui.system.files import explain_os_errors

_PAGE_PROPERTY = re.compile(r"\{([a-z0-9-]+)\}")


def find_pages(
    flavors: Iterable[Flavor], resources: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the address of each page, by resource, as the flavors' ``module.toml`` files say."""
    pages = {}
    for flavor in flavors:
        given = resources.get(flavor.resource, {})
        if flavor.page and given.keys() >= set(_PAGE_PROPERTY.findall(flavor.page)):
            pages[flavor.resource] = _fill_page(flavor.page, given)
    return pages


def _fill_page(page: str, given: Mapping[str, str]) -> str:
    return _PAGE_PROPERTY.sub(lambda found: given[found[1]], page)


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
                own.append(ClientVariable(name, _fill_variable(text, given)))
        found += own
    return tuple(found)


def _fill_variable(text: str, given: Mapping[str, str]) -> str:
    return PROPERTY_PART.sub(lambda match: property_value(given[match[1]], match[2]), text)


def property_value(value: str, part: str | None) -> str:
    """Return a property's value, or the host or port of one that is a URL."""
    address = _ADDRESS.match(value)
    return (address[part] or "") if part and address else value


SNIPPETS: Mapping[str, str] = {"python": "use.py", "shell": "use.sh"}
"""Language to the file's name."""

_SNIPPET_PROPERTY = re.compile(r"\$\{([a-z0-9-]+)(?::(host|port))?\}")


def find_snippets(flavor: Flavor, given: Mapping[str, str]) -> dict[str, str]:
    """Return each snippet of a flavor, filled: language to text.

    Args:
        flavor: Whose.
        given: Its properties' values; what is not there, or is secret, stays a placeholder.

    Raises:
        MatchaError: If a file cannot be read.
    """
    secret = {item.name for item in flavor.properties if item.secret}
    shown = {name: value for name, value in given.items() if name not in secret}
    found = {}
    for language, name in SNIPPETS.items():
        path = flavor.folder / "snippets" / name
        if path.is_file():
            with explain_os_errors("read", path):
                found[language] = _fill_snippet(path.read_text("utf-8"), shown)
    return found


def _fill_snippet(text: str, given: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return property_value(given[match[1]], match[2]) if match[1] in given else match[0]

    return _SNIPPET_PROPERTY.sub(value, text)
