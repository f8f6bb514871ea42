"""Whether the subscription's quota of vCPUs suffices."""

from collections.abc import Mapping

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.azure.preflight.quota_list import (
    Shortage,
    UsageList,
    find_shortages,
    fitting_count,
    read_usages,
)
from matcha_tui.targets.azure.preflight.size_list import SizeList, read_sizes
from matcha_tui.targets.azure.preflight.sizes import advise_sizes
from matcha_tui.targets.findings import Unverified

_MORE = "ask for more: Azure portal > Quotas > Compute"


def check_quota(context: CheckContext) -> str:
    """See that as many machines as there may be, and one more, fit in the quota."""
    requirements = context.requirements
    sizes = read_sizes(context.reader, requirements.location)
    usages = read_usages(context.reader, requirements.location)
    cluster = find_cluster(context)
    machines: Mapping[str, int] = cluster.machines if cluster else {}
    unknown = [pool.size for pool in requirements.pools if pool.size.casefold() not in sizes]
    if unknown:
        raise Unverified(
            f"how many vCPUs {' and '.join(unknown)} takes is not known",
            "First do what `sizes` says.",
        )
    shortages = find_shortages(requirements.pools, sizes, usages, machines)
    if shortages:
        raise MatchaError(
            "; ".join(_sentence(shortage, requirements.location) for shortage in shortages),
            hint=_advise(context, shortages[-1], sizes, usages, machines),
        )
    families = {sizes[pool.size.casefold()].family.casefold() for pool in requirements.pools}
    if missing := sorted(name for name in families if name not in usages):
        raise Unverified(
            f"Azure names no quota for {', '.join(missing)} in {requirements.location}",
            "Look at Azure portal > Quotas > Compute.",
        )
    total = sum(sizes[pool.size.casefold()].vcpus * pool.with_surge for pool in requirements.pools)
    return f"{total} vCPUs at most, which fit in the quota of {requirements.location}"


def _sentence(shortage: Shortage, location: str) -> str:
    usage = shortage.usage
    machines = " and ".join(f"{pool.most} {pool.size}" for pool in shortage.pools)
    return (
        f"{usage.title} in {location}: {usage.used} of {usage.limit} are in use, and"
        f" {shortage.needed} more are needed, for {machines} and one more while upgrading"
    )


def _advise(
    context: CheckContext,
    shortage: Shortage,
    sizes: SizeList,
    usages: UsageList,
    machines: Mapping[str, int],
) -> str:
    pool = shortage.pools[0]
    size = sizes[pool.size.casefold()]
    owned = machines.get(pool.size.casefold(), 0)
    others = sum(
        sizes[other.size.casefold()].vcpus * other.with_surge for other in shortage.pools[1:]
    )
    fit = fitting_count(size, usages) + owned - -(-others // size.vcpus) - 1
    if fit >= 1:
        return f"Take fewer: matcha provision --set {pool.count_setting}={fit}; or {_MORE}."
    return f"{advise_sizes(context, pool, sizes)}; or {_MORE}."
