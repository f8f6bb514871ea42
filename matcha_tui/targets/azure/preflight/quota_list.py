"""How many vCPUs a subscription may use in a region, and whether machines fit in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcha_tui.targets.azure.preflight.requirements import Pool
from matcha_tui.targets.azure.preflight.size_list import Size, SizeList

if TYPE_CHECKING:
    from matcha_tui.targets.azure.preflight.reader import Reader

REGIONAL = "cores"
_VERSION = "2024-07-01"


@dataclass(frozen=True, slots=True)
class Usage:
    """One quota.

    Attributes:
        title: ``Total Regional vCPUs``.
        used: How much of it is in use.
        limit: How much may be.
    """

    title: str
    used: int
    limit: int

    @property
    def free(self) -> int:
        """How much more may be used."""
        return max(self.limit - self.used, 0)


UsageList = Mapping[str, Usage]
"""Quotas by their name in small letters."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A quota that does not suffice.

    Attributes:
        usage: Which.
        needed: How much more of it is needed than now.
        pools: Whose machines need it.
    """

    usage: Usage
    needed: int
    pools: tuple[Pool, ...]


def read_usages(
    reader: "Reader", location: str, provider: str = "Microsoft.Compute", version: str = _VERSION
) -> UsageList:
    """List the quotas of a region; asked once."""
    path = f"{reader.subscription}/providers/{provider}/locations/{location}/usages"
    return reader.keep(
        ("usages", provider, location), lambda: dict(reader.list_all(_parse, path, version))
    )


def find_shortages(
    pools: Sequence[Pool], sizes: SizeList, usages: UsageList, machines: Mapping[str, int]
) -> tuple[Shortage, ...]:
    """Find the quotas that machines do not fit in."""
    needed, owned = Counter[str](), Counter[str]()
    takers: dict[str, list[Pool]] = {}
    for pool in pools:
        if size := sizes.get(pool.size.casefold()):
            for name in _quotas(size):
                needed[name] += pool.with_surge * size.vcpus
                takers.setdefault(name, []).append(pool)
    for key, count in machines.items():
        if size := sizes.get(key):
            for name in _quotas(size):
                owned[name] += count * size.vcpus
    return tuple(
        Shortage(usages[name], more, tuple(takers[name]))
        for name, amount in needed.items()
        if name in usages and (more := amount - owned[name]) > usages[name].free
    )


def fitting_count(size: Size, usages: UsageList) -> int:
    """Return how many machines of a size fit in what is free."""
    frees = [usages[name].free for name in _quotas(size) if name in usages]
    return min(frees) // size.vcpus if frees else 0


def _quotas(size: Size) -> tuple[str, str]:
    return REGIONAL, size.family.casefold()


def _parse(item: Mapping[str, Any]) -> tuple[str, Usage]:
    name = item["name"]
    value = str(name["value"])
    title = str(name.get("localizedValue") or value)
    return value.casefold(), Usage(title, int(item["currentValue"]), int(item["limit"]))
