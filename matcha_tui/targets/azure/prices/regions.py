"""Azure's regions, as they were when this version of matcha was made."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Region:
    """One of Azure's regions.

    Attributes:
        name: As Azure calls it: ``westeurope``.
        display_name: As people call it: ``West Europe``.
        geography: The country or market whose law its data stays under: ``France``.
        geography_group: The part of the world: ``Europe``.
        place: Where it is: ``Paris``.
        pair: The region that Azure pairs it with, if any.
        zones: How many availability zones it has; 0 for none.
    """

    name: str
    display_name: str
    geography: str
    geography_group: str
    place: str
    pair: str | None
    zones: int


@cache
def read_regions() -> tuple[Region, ...]:
    """Read Azure's public regions, in the order of their names."""
    lines = (files(__package__) / "regions.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        Region(
            name=row["name"],
            display_name=row["display_name"],
            geography=row["geography"],
            geography_group=row["geography_group"],
            place=row["physical_location"],
            pair=row["paired_region"] or None,
            zones=int(row["availability_zones"]),
        )
        for row in csv.DictReader(lines)
    )
