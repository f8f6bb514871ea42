"""How each SKU is found in Azure's price list."""

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

_VIRTUAL_MACHINE = "Standard_"
_ANY_VIRTUAL_MACHINE = "Standard_*"
_DATABASE_SIZES = {"B_Standard_B1ms": "MySQL Flexible B1ms"}


@dataclass(frozen=True, slots=True)
class Sku:
    """Where the price list keeps one thing, in the price list's own field names."""

    name: str  # as the flavors call it: `P10`
    unit: str  # what is paid for: `month`
    fields: dict[str, str]  # what an answer's fields must say: `{"meterName": "P10 LRS Disk"}`
    # Those of them that are asked for; the list compares them with regard to case, so only what is
    # known to the letter is among them.
    filter_fields: tuple[str, ...]
    free: bool  # whether it costs nothing by its nature, and has no entry in the list
    estimated_elsewhere: bool  # whether a region without a price borrows another's

    @property
    def filter(self) -> str:
        """What to ask the price list for, in every region at once."""
        wanted = [(field, self.fields[field]) for field in self.filter_fields]
        terms = [*wanted, ("priceType", "Consumption")]
        quoted = [(field, value.replace("'", "''")) for field, value in terms]
        return " and ".join(f"{field} eq '{value}'" for field, value in quoted)


def find_sku(name: str) -> Sku | None:
    """Return how a SKU is found; ``None`` if nobody knows."""
    known = _known_skus()
    if name.startswith(_VIRTUAL_MACHINE):
        pattern = known[_ANY_VIRTUAL_MACHINE]
        return replace(pattern, name=name, fields={**pattern.fields, "armSkuName": name})
    return known.get(name)


def free_skus() -> tuple[Sku, ...]:
    """Return the SKUs that cost nothing by their nature."""
    return tuple(sku for sku in _known_skus().values() if sku.free)


def sku_of_setting(value: str) -> str:
    """Return the SKU that a setting's value stands for: of a database's size, or itself."""
    return _DATABASE_SIZES.get(value, value)


@cache
def _known_skus() -> dict[str, Sku]:
    lines = (files(__package__) / "skus.csv").read_text(encoding="utf-8").splitlines()
    return {row["sku"]: _read_sku(row) for row in csv.DictReader(lines)}


def _read_sku(row: dict[str, str]) -> Sku:
    names = ("serviceName", "productName", "meterName")
    return Sku(
        name=row["sku"],
        unit=row["unit"],
        fields={name: row[name] for name in names if row[name]},
        filter_fields=tuple(row["filter"].split()),
        free=row["elsewhere"] == "free",
        estimated_elsewhere=row["elsewhere"] == "estimate",
    )
