"""Whether the subscription may have as many public addresses as the stack needs."""

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.quota_list import read_usages
from matcha_tui.targets.azure.preflight.subject import Subject
from matcha_tui.targets.findings import Unverified

_PROVIDER, _VERSION = "Microsoft.Network", "2024-05-01"
_QUOTAS = (
    "publicipaddresses",
    "standardskupublicipaddresses",
    "ipv4standardskupublicipaddresses",
)


def check_addresses(subject: Subject) -> str:
    """See that the quota of public addresses suffices: the cluster's and the gateway's.

    Raises:
        MatchaError: If it does not.
        Unverified: If Azure does not tell.
    """
    wanted, reader = subject.wanted, subject.reader
    things = ["cluster", *(["gateway"] if "gateway" in wanted.things else [])]
    usages = read_usages(reader, wanted.location, _PROVIDER, _VERSION)
    known = [usages[name] for name in _QUOTAS if name in usages]
    if not known:
        raise Unverified(
            f"Azure names no quota of public addresses in {wanted.location}",
            "Look at Azure portal > Quotas > Networking.",
        )
    if find_cluster(subject) is not None:
        things.remove("cluster")
    if "gateway" in things and _has_gateway(subject):
        things.remove("gateway")
    tightest = min(known, key=lambda usage: usage.free)
    if len(things) > tightest.free:
        raise MatchaError(
            f"{tightest.title} in {wanted.location}: {tightest.used} of {tightest.limit} are in"
            f" use, and {len(things)} more are needed",
            hint="Delete addresses that nobody uses, choose another region, or ask for more:"
            " Azure portal > Quotas > Networking.",
        )
    return f"{len(things)} more are needed, and {tightest.free} are free in {wanted.location}"


def _has_gateway(subject: Subject) -> bool:
    wanted = subject.wanted
    kind = f"{_PROVIDER}/publicIPAddresses"
    path = f"{wanted.group_path}/providers/{kind}/{wanted.prefix}-gateway"
    return bool(subject.reader.find(lambda address: address["id"], path, _VERSION))
