"""Which machines Azure has, how many of them a subscription may use, and where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matcha_tui.targets.azure.preflight.context import CheckContext, Pool, each
from matcha_tui.targets.findings import Unverified

_REGIONAL = "cores"
_SMALLEST_VCPUS, _SMALLEST_GB = 4, 4  # learn.microsoft.com/azure/aks/use-system-pools
_BURSTABLE = "standard_b"


@dataclass(frozen=True, slots=True)
class Size:
    """A size of machines."""

    name: str  # `Standard_D4s_v5`
    family: str  # the quota that it counts against, in small letters: `standarddsv5family`
    vcpus: int  # of one machine
    memory_gb: float  # of one machine
    processor: str  # `x64` or `Arm64`
    locations: frozenset[str]  # where there are any
    usable: frozenset[str]  # where this subscription may use them

    @property
    def suits_system(self) -> bool:
        """Whether the cluster's own programs may run on it."""
        is_large = self.vcpus >= _SMALLEST_VCPUS and self.memory_gb >= _SMALLEST_GB
        return is_large and not self.name.casefold().startswith(_BURSTABLE)

    @property
    def quotas(self) -> tuple[str, str]:
        """The quotas that it counts against."""
        return _REGIONAL, self.family


@dataclass(frozen=True, slots=True)
class Usage:
    """One quota."""

    title: str  # `Total Regional vCPUs`
    used: int  # how much of it is in use
    limit: int  # how much may be

    @property
    def free(self) -> int:
        """How much more may be used."""
        return max(self.limit - self.used, 0)


SizeList = Mapping[str, Size]
"""Sizes by their name in small letters."""

UsageList = Mapping[str, Usage]
"""Quotas by their name in small letters."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A quota that does not suffice."""

    usage: Usage  # which
    needed: int  # how much more of it is needed than now
    pools: tuple[Pool, ...]  # whose machines need it


def read_sizes(context: CheckContext, location: str = "") -> SizeList:
    """List the sizes of a region, or of all; asked once, since it is long."""
    return context.once(("sizes", location), lambda: _read_sizes(context, location))


def read_usages(
    context: CheckContext, location: str, provider: str = "Microsoft.Compute"
) -> UsageList:
    """List the quotas of a region; asked once."""
    path = f"{context.subscription}/providers/{provider}/locations/{location}/usages"
    return context.once(
        ("usages", provider, location), lambda: dict(context.reader.list_all(_parse_usage, path))
    )


def find_shortages(
    pools: Sequence[Pool], sizes: SizeList, usages: UsageList, machines: Mapping[str, int]
) -> tuple[Shortage, ...]:
    """Find the quotas that machines do not fit in, where there are some already."""
    needed, takers = Counter[str](), dict[str, list[Pool]]()
    for pool in pools:
        if size := sizes.get(pool.key):
            for name in size.quotas:
                needed[name] += pool.with_surge * size.vcpus
                takers.setdefault(name, []).append(pool)
    for key, count in machines.items():
        if size := sizes.get(key):
            for name in set(size.quotas) & set(needed):
                needed[name] -= count * size.vcpus
    return tuple(
        Shortage(usages[name], more, tuple(takers[name]))
        for name, more in needed.items()
        if name in usages and more > usages[name].free
    )


def fitting_count(size: Size, usages: UsageList) -> int:
    """Return how many machines of a size fit in what is free."""
    frees = [usages[name].free for name in size.quotas if name in usages]
    return min(frees) // size.vcpus if frees else 0


def fits_by_region(context: CheckContext, locations: Sequence[str]) -> dict[str, bool | None]:
    """Find out where a stack's machines can be had; takes seconds, the first time many.

    The list of sizes is asked for once and is of all regions; quotas are asked for
    region by region, a few at a time. The context keeps both.

    Returns:
        Region to whether, with both considered; ``None`` if nobody knows.
    """
    if not context.pools:
        return dict.fromkeys(locations, True)
    try:
        sizes = read_sizes(context)
    except Unverified:
        return dict.fromkeys(locations)
    found = each(lambda location: _fits(context, sizes, location), locations)
    return dict(zip(locations, found, strict=True))


def _fits(context: CheckContext, sizes: SizeList, location: str) -> bool | None:
    known = {pool: size for pool in context.pools if (size := sizes.get(pool.key))}
    if len(known) < len(context.pools) or not all(
        location in size.usable and (size.suits_system or not pool.is_system)
        for pool, size in known.items()
    ):
        return False
    try:
        usages = read_usages(context, location)
    except Unverified:
        return None
    if find_shortages(context.pools, sizes, usages, machines={}):
        return False
    return True if all(size.family in usages for size in known.values()) else None


def _read_sizes(context: CheckContext, location: str) -> SizeList:
    query = {"$filter": f"location eq '{location}'"} if location else None
    path = f"{context.subscription}/providers/Microsoft.Compute/skus"
    found: dict[str, Size] = {}
    for size in context.reader.list_all(_parse_size, path, query):
        if size is not None:
            known = found.get(size.name.casefold(), size)
            found[size.name.casefold()] = replace(
                known, locations=known.locations | size.locations, usable=known.usable | size.usable
            )
    return found


def _parse_size(item: Mapping[str, Any]) -> Size | None:
    capabilities = {part["name"]: part["value"] for part in item.get("capabilities") or ()}
    if item["resourceType"] != "virtualMachines" or "vCPUs" not in capabilities:
        return None
    locations = frozenset(str(name).casefold() for name in item["locations"])
    # A restriction to some zones does not matter: the machines are put into none.
    restricted = {
        str(name).casefold()
        for restriction in item.get("restrictions") or ()
        if restriction["type"] == "Location"
        for name in restriction["values"]
    }
    return Size(
        name=str(item["name"]),
        family=str(item.get("family") or "").casefold(),
        vcpus=int(capabilities["vCPUs"]),
        memory_gb=float(capabilities.get("MemoryGB") or 0),
        processor=str(capabilities.get("CpuArchitectureType") or "x64"),
        locations=locations,
        usable=locations - restricted,
    )


def _parse_usage(item: Mapping[str, Any]) -> tuple[str, Usage]:
    name = item["name"]
    value = str(name["value"])
    title = str(name.get("localizedValue") or value)
    return value.casefold(), Usage(title, int(item["currentValue"]), int(item["limit"]))
