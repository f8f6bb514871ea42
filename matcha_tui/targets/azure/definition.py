"""What a flavor's module.toml says for Azure alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcha_tui.stack.flavor import Flavor
from matcha_tui.system.toml_file import TomlTable

NEEDS = ("cluster", "gateway", "database")
"""What the foundation can make for the modules, where one needs it."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How to ask a component whether it is well."""

    url: str  # asked with GET; `{tracking-url}` in it stands for that property
    expect: str  # a regular expression found in the body of the right component's answer
    username: str = ""  # the property that holds who asks; empty where nobody has to say
    password: str = ""  # the property that holds the password

    def page(self, properties: dict[str, str]) -> str:
        """Return what the user knows the component by: the first property of the address."""
        return next((properties.get(name, "") for name in _PLACEHOLDER.findall(self.url)), "")

    def filled(self, properties: dict[str, str]) -> str | None:
        """Return the address, or ``None`` while a property of it is not known."""
        names = _PLACEHOLDER.findall(self.url)
        if any(name not in properties for name in names):
            return None
        return _PLACEHOLDER.sub(lambda found: properties[found[1]], self.url)


@dataclass(frozen=True, slots=True)
class AzureDefinition:
    """What only this target reads of a flavor."""

    needs: tuple[str, ...]  # which of `NEEDS` the foundation has to make for it
    health: HealthCheck | None  # how to ask it; `None` for what answers no request
    storage: str = ""  # what the name of its storage account ends with; empty if it has none


def parse_azure_definition(table: TomlTable) -> AzureDefinition:
    """Return what a module.toml says for Azure."""
    needs = table.names("needs", "such part", NEEDS)
    storage = table.text("storage", "")
    if not re.fullmatch(r"[a-z0-9]{0,9}", storage):
        raise table.error("storage", "has to be up to 9 small letters and digits")
    health = _read_health(table) if "health" in table.content else None
    return AzureDefinition(needs, health, storage)


def collect_needs(flavors: Sequence[Flavor]) -> tuple[str, ...]:
    """Return what the foundation has to make for these flavors, in the order of `NEEDS`."""
    parts = [parse_azure_definition(flavor.definition) for flavor in flavors]
    return tuple(name for name in NEEDS if any(name in part.needs for part in parts))


def _read_health(top: TomlTable) -> HealthCheck:
    table = top.table("health")
    table.refuse_unknown(("url", "expect", "username", "password"))
    known = [item.text("name") for item in top.tables("property")]
    url = table.text("url")
    users = [(key, table.text(key)) for key in ("username", "password") if key in table.content]
    for key, name in [*(("url", name) for name in _PLACEHOLDER.findall(url)), *users]:
        if name not in known:
            raise table.no_name(key, f"names {name!r}", "property", name, known)
    try:
        re.compile(table.text("expect"))
    except re.error as error:
        raise table.error("expect", f"is no regular expression: {error}") from error
    return HealthCheck(url, table.text("expect"), **dict(users))
