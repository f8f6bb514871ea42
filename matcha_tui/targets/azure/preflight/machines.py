"""Whether the machines can be had: their sizes, and the vCPUs that they take."""

import re
from collections.abc import Mapping, Sequence

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.capacity import (
    Shortage,
    Size,
    SizeList,
    UsageList,
    find_shortages,
    fitting_count,
    read_sizes,
    read_usages,
)
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext, Pool
from matcha_tui.targets.findings import Unverified

_GENERAL = re.compile(r"standard_d\d+a?d?s_v\d+")
_MOST_NAMED = 3
_MORE = "ask for more: Azure portal > Quotas > Compute"


def check_sizes(context: CheckContext) -> str:
    """See that the subscription may use the machines' sizes in the region."""
    location = context.settings.location
    sizes = read_sizes(context, location)
    for pool in context.pools:
        if fault := _fault(sizes.get(pool.key), pool, location):
            raise MatchaError(fault, hint=_advise_sizes(context, pool, sizes))
    return f"{' and '.join(pool.size for pool in context.pools)} can be had in {location}"


def check_quota(context: CheckContext) -> str:
    """See that as many machines as there may be, and one more, fit in the quota."""
    location, pools = context.settings.location, context.pools
    sizes, usages = read_sizes(context, location), read_usages(context, location)
    cluster = find_cluster(context)
    machines: Mapping[str, int] = cluster.machines if cluster else {}
    if unknown := [pool.size for pool in pools if pool.key not in sizes]:
        raise Unverified(
            f"how many vCPUs {' and '.join(unknown)} takes is not known",
            "First do what `sizes` says.",
        )
    if shortages := find_shortages(pools, sizes, usages, machines):
        raise MatchaError(
            "; ".join(_sentence(shortage, location) for shortage in shortages),
            hint=_advise_count(context, shortages[-1], sizes, usages, machines),
        )
    families = {sizes[pool.key].family for pool in pools}
    if missing := sorted(families - set(usages)):
        raise Unverified(
            f"Azure names no quota for {', '.join(missing)} in {location}",
            "Look at Azure portal > Quotas > Compute.",
        )
    total = _count_vcpus(pools, sizes)
    return f"{total} vCPUs at most, which fit in the quota of {location}"


def _fault(size: Size | None, pool: Pool, location: str) -> str | None:
    if size is None or location not in size.locations:
        return f"there is no {pool.size} in {location}"
    if location not in size.usable:
        return f"{pool.size} is not allowed in {location} for your subscription"
    if pool.is_system and not size.suits_system:
        return (
            f"{pool.size} ({size.vcpus} vCPU, {size.memory_gb:g} GB) does not suit a cluster,"
            " which needs 4 vCPU and 4 GB, and no B-series"
        )
    return None


def _advise_sizes(context: CheckContext, pool: Pool, sizes: SizeList) -> str:
    """Name sizes that can be had, and that the quota suffices for if that is known."""
    location = context.settings.location
    able = [
        size
        for size in sizes.values()
        if _fault(size, pool, location) is None
        and (
            size.processor == "x64"
            if pool.is_system
            else size.name.casefold().startswith("standard_n")
        )
    ]
    try:
        usages = read_usages(context, location)
        able = [size for size in able if fitting_count(size, usages) >= pool.with_surge]
    except Unverified:
        pass  # the check of the quota says so
    if not able:
        return "Choose another region: matcha provision --location NAME"
    able.sort(key=_preference)
    names = ", ".join(size.name for size in able[:_MOST_NAMED])
    return (
        f"Choose a size that fits, such as {names}: "
        f"matcha provision --set {pool.size_setting}={able[0].name}"
    )


def _preference(size: Size) -> tuple[bool, int, float, str]:
    """Put general purpose first, and the smallest of them."""
    return (not _GENERAL.fullmatch(size.name.casefold()), size.vcpus, size.memory_gb, size.name)


def _sentence(shortage: Shortage, location: str) -> str:
    usage = shortage.usage
    machines = " and ".join(f"{pool.most} {pool.size}" for pool in shortage.pools)
    return (
        f"{usage.title} in {location}: {usage.used} of {usage.limit} are in use, and"
        f" {shortage.needed} more are needed, for {machines} and one more while upgrading"
    )


def _advise_count(
    context: CheckContext,
    shortage: Shortage,
    sizes: SizeList,
    usages: UsageList,
    machines: Mapping[str, int],
) -> str:
    pool, *others = shortage.pools
    size = sizes[pool.key]
    taken = -(-_count_vcpus(others, sizes) // size.vcpus)
    fit = fitting_count(size, usages) + machines.get(pool.key, 0) - taken - 1
    if fit >= 1:
        return f"Take fewer: matcha provision --set {pool.count_setting}={fit}; or {_MORE}."
    return f"{_advise_sizes(context, pool, sizes)}; or {_MORE}."


def _count_vcpus(pools: Sequence[Pool], sizes: SizeList) -> int:
    return sum(sizes[pool.key].vcpus * pool.with_surge for pool in pools)
