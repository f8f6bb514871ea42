"""Whether the subscription may have as many public addresses as the stack needs."""

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.azure.preflight.quota_list import read_usages
from matcha_tui.targets.findings import Unverified

_PROVIDER, _VERSION = "Microsoft.Network", "2024-05-01"
_QUOTAS = (
    "publicipaddresses",
    "standardskupublicipaddresses",
    "ipv4standardskupublicipaddresses",
)


def check_addresses(context: CheckContext) -> str:
    """See that the quota of public addresses suffices: the cluster's and the gateway's."""
    requirements, reader = context.requirements, context.reader
    things = ["cluster", *(["gateway"] if "gateway" in requirements.things else [])]
    usages = read_usages(reader, requirements.location, _PROVIDER, _VERSION)
    known = [usages[name] for name in _QUOTAS if name in usages]
    if not known:
        raise Unverified(
            f"Azure names no quota of public addresses in {requirements.location}",
            "Look at Azure portal > Quotas > Networking.",
        )
    if find_cluster(context) is not None:
        things.remove("cluster")
    if "gateway" in things and _has_gateway(context):
        things.remove("gateway")
    tightest = min(known, key=lambda usage: usage.free)
    if len(things) > tightest.free:
        raise MatchaError(
            f"{tightest.title} in {requirements.location}: {tightest.used} of {tightest.limit} are"
            f" in use, and {len(things)} more are needed",
            hint="Delete addresses that nobody uses, choose another region, or ask for more:"
            " Azure portal > Quotas > Networking.",
        )
    return f"{len(things)} more are needed, and {tightest.free} are free in {requirements.location}"


def _has_gateway(context: CheckContext) -> bool:
    requirements = context.requirements
    kind = f"{_PROVIDER}/publicIPAddresses"
    path = f"{requirements.group_path}/providers/{kind}/{requirements.prefix}-gateway"
    return bool(context.reader.find(lambda address: address["id"], path, _VERSION))
