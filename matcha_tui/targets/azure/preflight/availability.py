"""Whether what the stack has to have for itself is free: group, names and public addresses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.capacity import read_usages
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext, each
from matcha_tui.targets.findings import Unverified

_NETWORK = "Microsoft.Network"
_ADDRESS = f"{_NETWORK}/publicIPAddresses"
_QUOTAS = ("publicipaddresses", "standardskupublicipaddresses", "ipv4standardskupublicipaddresses")
_TAKEN = "AlreadyExists"
_LONGEST_PREFIX = 10
_OTHER_PREFIX = "Choose another prefix: matcha provision --prefix NAME"


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that has to be free."""

    name: str
    what: str
    kind: str  # the type of what has it
    own: str  # the ID of what has it, if that is the stack's own


def check_addresses(context: CheckContext) -> str:
    """See that the quota of public addresses suffices: the cluster's and the gateway's."""
    location = context.settings.location
    usages = read_usages(context, location, _NETWORK)
    known = [usages[name] for name in _QUOTAS if name in usages]
    if not known:
        raise Unverified(
            f"Azure names no quota of public addresses in {location}",
            "Look at Azure portal > Quotas > Networking.",
        )
    needed = int(find_cluster(context) is None)
    if "gateway" in context.things:
        gateway = context.reader.find(lambda address: address["id"], _gateway_path(context))
        needed += int(not gateway)
    tightest = min(known, key=lambda usage: usage.free)
    if needed > tightest.free:
        raise MatchaError(
            f"{tightest.title} in {location}: {tightest.used} of {tightest.limit} are"
            f" in use, and {needed} more are needed",
            hint="Delete addresses that nobody uses, choose another region, or ask for more:"
            " Azure portal > Quotas > Networking.",
        )
    return f"{needed} more are needed, and {tightest.free} are free in {location}"


def check_names(context: CheckContext) -> str:
    """See that every name that others might have is free, or the stack's own."""
    names = list(_list_names(context))
    faults = [fault for fault in each(lambda name: _fault(context, name), names) if fault]
    if faults:
        prefix = context.settings.prefix[: _LONGEST_PREFIX - 1] + "2"
        raise MatchaError(
            "; ".join(faults),
            hint=f"Names begin with the prefix; try another: matcha provision --prefix {prefix}",
        )
    return f"{', '.join(item.name for item in names)} can be had"


def check_group(context: CheckContext) -> str:
    """See that nobody else has the resource group."""
    settings, reader = context.settings, context.reader
    name = settings.names.resource_group
    found = reader.find(_parse_group, settings.group_path)
    if "cluster" in context.things:
        _check_node_group(context)
    if found is None:
        return f"{name} is free"
    state, tags = found
    if state == "Deleting":
        raise MatchaError(
            f"the resource group {name} is being deleted",
            hint="Wait until it is gone, which may take ten minutes, then try again.",
        )
    is_ours = (tags.get("created-by"), tags.get("matcha-prefix")) == ("matcha-tui", settings.prefix)
    if context.spec.is_deployed or (is_ours and context.is_deployed):
        return f"{name} is this stack's own"
    if not is_ours:
        raise MatchaError(
            f"there is a resource group {name} already, and matcha did not make it",
            hint=_OTHER_PREFIX,
        )
    things = reader.list_all(lambda item: item["id"], f"{settings.group_path}/resources")
    raise Unverified(
        f"the resource group {name} is there with {len(things)} resources of an earlier"
        " provision, and the state of this project knows none of them",
        "After an interrupted provision, run it again, then once more with --import, which"
        " imports what exists. Otherwise choose another prefix.",
    )


def _gateway_path(context: CheckContext) -> str:
    settings = context.settings
    return f"{settings.group_path}/providers/{_ADDRESS}/{settings.prefix}-gateway"


def _list_names(context: CheckContext) -> Iterator[_Name]:
    settings, names = context.settings, context.settings.names

    def name(name: str, what: str, kind: str, group: str = settings.group_path) -> _Name:
        return _Name(name, what, kind, f"{group}/providers/{kind}/{name}")

    own, state = list(context.storage_accounts), []
    if settings.shares_state:
        state = [own.pop()]
    for accounts, group in ((own, settings.group_path), (state, settings.state_group_path)):
        for account in accounts:
            kind = "Microsoft.Storage/storageAccounts"
            yield name(account, "the storage account", kind, group)
    if "cluster" in context.things:
        yield name(names.registry, "the registry", "Microsoft.ContainerRegistry/registries")
    if "database" in context.things:
        yield name(names.database, "the MySQL server", "Microsoft.DBforMySQL/flexibleServers")
    if "gateway" in context.things:
        yield _Name(names.dns_label, "the host", _ADDRESS, _gateway_path(context))


def _fault(context: CheckContext, name: _Name) -> str | None:
    refused = _ask(context, name)
    if refused is None:
        return None
    reason, message = refused
    if reason != _TAKEN:
        return f"{name.name} is no name for {name.what.removeprefix('the ')}: {message or reason}"
    is_own = context.reader.find(lambda item: _has_name(item, name), name.own)
    return None if is_own else f"somebody has {name.what} {name.name} already"


def _ask(context: CheckContext, name: _Name) -> tuple[str, str] | None:
    """Return why a name cannot be had, as Azure's word and sentence; ``None`` if it can."""
    provider = f"{context.subscription}/providers/{name.kind.partition('/')[0]}"
    if name.kind == _ADDRESS:
        path = f"{provider}/locations/{context.settings.location}/CheckDnsNameAvailability"
        query = {"domainNameLabel": name.name}
        is_free = context.reader.get(lambda answer: answer["available"] is True, path, query)
        return None if is_free else (_TAKEN, "")
    body = {"name": name.name, "type": name.kind}
    return context.reader.post(_parse_answer, f"{provider}/checkNameAvailability", body)


def _parse_answer(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    if answer["nameAvailable"] is True:
        return None
    return str(answer.get("reason") or ""), str(answer.get("message") or "")


def _has_name(item: Mapping[str, Any], name: _Name) -> bool:
    """Return whether what was found has the name: an address has it as its label."""
    if name.kind != _ADDRESS:
        return bool(item["id"])
    label = (item["properties"].get("dnsSettings") or {}).get("domainNameLabel")
    return bool(label == name.name)


def _check_node_group(context: CheckContext) -> None:
    """Refuse the name of the group that Azure itself makes for the machines."""
    name = f"{context.settings.prefix}-nodes"
    path = f"{context.subscription}/resourceGroups/{name}"
    if context.reader.find(_parse_group, path) and find_cluster(context) is None:
        raise MatchaError(
            f"there is a resource group {name} already, which Azure has to make"
            " for the cluster's machines",
            hint=f"Delete it if nobody needs it. {_OTHER_PREFIX}",
        )


def _parse_group(item: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    _ = item["id"]  # what has none is no group
    state = str((item.get("properties") or {}).get("provisioningState") or "")
    return state, dict(item.get("tags") or {})
