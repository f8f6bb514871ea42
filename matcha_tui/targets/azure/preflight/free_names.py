"""Whether the names that the whole world shares are free, or are the stack's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.context import CheckContext

_STORAGE = "Microsoft.Storage/storageAccounts", "2023-05-01"
_REGISTRY = "Microsoft.ContainerRegistry/registries", "2023-07-01"
_DATABASE = "Microsoft.DBforMySQL/flexibleServers", "2023-12-30"
_ADDRESS = "Microsoft.Network/publicIPAddresses", "2024-05-01"
_TAKEN = "AlreadyExists"
_LONGEST_PREFIX = 10


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that has to be free.

    Attributes:
        name: The name.
        what: What it is of.
        kind: The type of what has it, with the version of its API.
        own: The ID of what has it, if that is the stack's own.
    """

    name: str
    what: str
    kind: tuple[str, str]
    own: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """What Azure says of a name.

    Attributes:
        is_free: Whether it can be had.
        reason: Why not: ``AlreadyExists``, or that it is no name.
        message: Azure's sentence.
    """

    is_free: bool
    reason: str = ""
    message: str = ""


def check_names(context: CheckContext) -> str:
    """See that every name that others might have is free, or the stack's own."""
    names = list(_list_names(context))
    faults = [fault for fault in context.reader.each(partial(_fault, context), names) if fault]
    if faults:
        prefix = context.requirements.prefix[: _LONGEST_PREFIX - 1] + "2"
        raise MatchaError(
            "; ".join(faults),
            hint=f"Names begin with the prefix; try another: matcha provision --prefix {prefix}",
        )
    return f"{', '.join(item.name for item in names)} can be had"


def _list_names(context: CheckContext) -> Iterator[_Name]:
    requirements = context.requirements
    accounts = requirements.storage_accounts
    for position, name in enumerate(accounts):
        is_state = requirements.shares_state and position == len(accounts) - 1
        group = requirements.state_group_path if is_state else requirements.group_path
        yield _name(group, name, "the storage account", _STORAGE)
    group = requirements.group_path
    if "cluster" in requirements.things:
        yield _name(group, requirements.names.registry, "the registry", _REGISTRY)
    if "database" in requirements.things:
        yield _name(group, requirements.names.database, "the MySQL server", _DATABASE)
    if "gateway" in requirements.things:
        own = f"{group}/providers/{_ADDRESS[0]}/{requirements.prefix}-gateway"
        yield _Name(requirements.names.dns_label, "the host", _ADDRESS, own)


def _name(group: str, name: str, what: str, kind: tuple[str, str]) -> _Name:
    return _Name(name, what, kind, f"{group}/providers/{kind[0]}/{name}")


def _fault(context: CheckContext, name: _Name) -> str | None:
    answer = _ask(context, name)
    if answer.is_free:
        return None
    if answer.reason != _TAKEN:
        return f"{name.name} is no name for {name.what.removeprefix('the ')}: {answer.message}"
    is_own = context.reader.find(partial(_is_same, name), name.own, name.kind[1])
    return None if is_own else f"somebody has {name.what} {name.name} already"


def _ask(context: CheckContext, name: _Name) -> _Answer:
    reader = context.reader
    kind, version = name.kind
    provider = f"{reader.subscription}/providers/{kind.partition('/')[0]}"
    if name.kind == _ADDRESS:
        path = f"{provider}/locations/{context.requirements.location}/CheckDnsNameAvailability"
        query = {"domainNameLabel": name.name}
        return reader.get(_parse_label, path, version, query)
    body = {"name": name.name, "type": kind}
    return reader.post(_parse, f"{provider}/checkNameAvailability", version, body)


def _parse(answer: Mapping[str, Any]) -> _Answer:
    reason = str(answer.get("reason") or "")
    return _Answer(answer["nameAvailable"] is True, reason, str(answer.get("message") or reason))


def _parse_label(answer: Mapping[str, Any]) -> _Answer:
    return _Answer(answer["available"] is True, _TAKEN)


def _is_same(name: _Name, item: Mapping[str, Any]) -> bool:
    """Return whether what has the name is what was looked for: an address has it as its label."""
    if name.kind != _ADDRESS:
        return bool(item["id"])
    label = (item["properties"].get("dnsSettings") or {}).get("domainNameLabel")
    return bool(label == name.name)
