"""The sizes of machines that Azure has, and where a subscription may use them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcha_tui.targets.azure.preflight.reader import Reader

_VERSION = "2021-07-01"
_SMALLEST_VCPUS, _SMALLEST_GB = 4, 4  # learn.microsoft.com/azure/aks/use-system-pools
_BURSTABLE = "standard_b"

SizeList = Mapping[str, "Size"]
"""Sizes by their name in small letters."""


@dataclass(frozen=True, slots=True)
class Size:
    """A size of machines.

    Attributes:
        name: ``Standard_D4s_v5``.
        family: The quota that it counts against: ``standardDSv5Family``.
        vcpus: Of one machine.
        memory_gb: Of one machine.
        processor: ``x64`` or ``Arm64``.
        locations: Where there are any.
        usable: Where this subscription may use them.
    """

    name: str
    family: str
    vcpus: int
    memory_gb: float
    processor: str
    locations: frozenset[str]
    usable: frozenset[str]

    @property
    def suits_system(self) -> bool:
        """Whether the cluster's own programs may run on it."""
        is_large = self.vcpus >= _SMALLEST_VCPUS and self.memory_gb >= _SMALLEST_GB
        return is_large and not self.name.casefold().startswith(_BURSTABLE)


def read_sizes(reader: "Reader", location: str = "") -> SizeList:
    """List the sizes; asked once, since it is long."""
    return reader.keep(("sizes", location), lambda: _read(reader, location))


def _read(reader: "Reader", location: str) -> SizeList:
    query = {"$filter": f"location eq '{location}'"} if location else None
    path = f"{reader.subscription}/providers/Microsoft.Compute/skus"
    found: dict[str, Size] = {}
    for size in reader.list_all(_parse, path, _VERSION, query):
        if size is None:
            continue
        key = size.name.casefold()
        known = found.get(key, size)
        found[key] = replace(
            known,
            locations=known.locations | size.locations,
            usable=known.usable | size.usable,
        )
    return found


def _parse(item: Mapping[str, Any]) -> Size | None:
    if item["resourceType"] != "virtualMachines":
        return None
    capabilities = {part["name"]: part["value"] for part in item.get("capabilities") or ()}
    if "vCPUs" not in capabilities:
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
        family=str(item.get("family") or ""),
        vcpus=int(capabilities["vCPUs"]),
        memory_gb=float(capabilities.get("MemoryGB") or 0),
        processor=str(capabilities.get("CpuArchitectureType") or "x64"),
        locations=locations,
        usable=locations - restricted,
    )
