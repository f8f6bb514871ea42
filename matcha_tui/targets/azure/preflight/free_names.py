"""Whether the names that the whole world shares are free, or are the stack's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.subject import Subject

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


def check_names(subject: Subject) -> str:
    """See that every name that others might have is free, or the stack's own.

    Raises:
        MatchaError: If somebody else has one, or Azure does not allow it.
        Unverified: If Azure does not tell.
    """
    names = list(_list_names(subject))
    faults = [fault for fault in subject.reader.each(partial(_fault, subject), names) if fault]
    if faults:
        prefix = subject.wanted.prefix[: _LONGEST_PREFIX - 1] + "2"
        raise MatchaError(
            "; ".join(faults),
            hint=f"Names begin with the prefix; try another: matcha provision --prefix {prefix}",
        )
    return f"{', '.join(item.name for item in names)} can be had"


def _list_names(subject: Subject) -> Iterator[_Name]:
    wanted = subject.wanted
    accounts = wanted.storage_accounts
    for position, name in enumerate(accounts):
        is_state = wanted.shares_state and position == len(accounts) - 1
        group = wanted.state_group_path if is_state else wanted.group_path
        yield _name(group, name, "the storage account", _STORAGE)
    group = wanted.group_path
    if "cluster" in wanted.things:
        yield _name(group, wanted.names.registry, "the registry", _REGISTRY)
    if "database" in wanted.things:
        yield _name(group, wanted.names.database, "the MySQL server", _DATABASE)
    if "gateway" in wanted.things:
        own = f"{group}/providers/{_ADDRESS[0]}/{wanted.prefix}-gateway"
        yield _Name(wanted.names.dns_label, "the host", _ADDRESS, own)


def _name(group: str, name: str, what: str, kind: tuple[str, str]) -> _Name:
    return _Name(name, what, kind, f"{group}/providers/{kind[0]}/{name}")


def _fault(subject: Subject, name: _Name) -> str | None:
    answer = _ask(subject, name)
    if answer.is_free:
        return None
    if answer.reason != _TAKEN:
        return f"{name.name} is no name for {name.what.removeprefix('the ')}: {answer.message}"
    is_own = subject.reader.find(partial(_is_same, name), name.own, name.kind[1])
    return None if is_own else f"somebody has {name.what} {name.name} already"


def _ask(subject: Subject, name: _Name) -> _Answer:
    reader = subject.reader
    kind, version = name.kind
    provider = f"{reader.subscription}/providers/{kind.partition('/')[0]}"
    if name.kind == _ADDRESS:
        path = f"{provider}/locations/{subject.wanted.location}/CheckDnsNameAvailability"
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
    """Say whether what has the name is what was looked for: an address has it as its label."""
    if name.kind != _ADDRESS:
        return bool(item["id"])
    label = (item["properties"].get("dnsSettings") or {}).get("domainNameLabel")
    return bool(label == name.name)
