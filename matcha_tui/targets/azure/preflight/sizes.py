"""Whether the machines' sizes can be had."""

import re
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.azure.preflight.quota_list import fitting_count, read_usages
from matcha_tui.targets.azure.preflight.size_list import Size, SizeList, read_sizes
from matcha_tui.targets.findings import Unverified

if TYPE_CHECKING:
    from matcha_tui.targets.azure.preflight.requirements import Pool

_GENERAL = re.compile(r"standard_d\d+a?d?s_v\d+")
_MOST_NAMED = 3


def check_sizes(context: CheckContext) -> str:
    """See that the subscription may use the machines' sizes in the region."""
    location = context.requirements.location
    sizes = read_sizes(context.reader, location)
    for pool in context.requirements.pools:
        if fault := _fault(sizes.get(pool.size.casefold()), pool, location):
            raise MatchaError(fault, hint=advise_sizes(context, pool, sizes))
    named = " and ".join(pool.size for pool in context.requirements.pools)
    return f"{named} can be had in {location}"


def advise_sizes(context: CheckContext, pool: "Pool", sizes: SizeList) -> str:
    """Name sizes that can be had, and that the quota suffices for if that is known."""
    location = context.requirements.location
    able = [size for size in sizes.values() if _fault(size, pool, location) is None]
    if pool.is_system:
        able = [size for size in able if size.processor == "x64"]
    else:
        able = [size for size in able if size.name.casefold().startswith("standard_n")]
    try:
        usages = read_usages(context.reader, location)
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


def _fault(size: Size | None, pool: "Pool", location: str) -> str | None:
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


def _preference(size: Size) -> tuple[bool, int, float, str]:
    """Put general purpose first, and the smallest of them."""
    return (not _GENERAL.fullmatch(size.name.casefold()), size.vcpus, size.memory_gb, size.name)
