"""The prices and regions that come with matcha, for when Azure cannot be asked."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from matcha_tui.pricing.price import EVERYWHERE, Price, PriceSource, PriceTable, RegionPrices, Tier
from matcha_tui.pricing.ranking import Region
from matcha_tui.targets.azure.pricing.sku import find_sku, free_skus

SNAPSHOT_CURRENCY = "USD"
"""The only currency that comes with matcha."""

_PUBLISHER = "Azure"
_NOTHING = (Tier(Decimal(0), Decimal(0)),)


def make_table(currency: str, prices: Mapping[str, RegionPrices]) -> PriceTable:
    """Return a table of prices, with what follows from them.

    That is what is free by its nature, and the price of another region where the
    snapshot lacks one and that may stand for it.
    """
    free = {
        sku.name: {EVERYWHERE: Price(sku.name, sku.unit, _NOTHING, PriceSource.FREE, None)}
        for sku in free_skus()
    }
    found = {name: _borrow(name, regions) for name, regions in prices.items()}
    return PriceTable(currency, {**found, **free}, _PUBLISHER)


@cache
def read_snapshot() -> PriceTable:
    """Return the table of the prices that come with matcha, in US dollars."""
    return make_table(SNAPSHOT_CURRENCY, snapshot_prices())


@cache
def snapshot_prices() -> Mapping[str, RegionPrices]:
    """Read the prices that come with matcha; takes no network and a few milliseconds.

    Returns:
        SKU to region to price. Where one is known from two dates, the later counts.
    """
    prices: dict[str, dict[str, Price]] = {}
    dates: dict[tuple[str, str], str] = {}
    for row in _read_rows("prices.csv"):
        place = (row["sku"], row["region"])
        if row["as_of"] >= dates.get(place, ""):
            dates[place] = row["as_of"]
            prices.setdefault(row["sku"], {})[row["region"]] = _read_price(row)
    return prices


@cache
def read_regions() -> tuple[Region, ...]:
    """Read Azure's public regions, in the order of their names."""
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
        for row in _read_rows("regions.csv")
    )


def _read_rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader((files(__package__) / name).read_text(encoding="utf-8").splitlines())


def _read_price(row: dict[str, str]) -> Price:
    return Price(
        sku=row["sku"],
        unit=row["unit"],
        tiers=(Tier(Decimal(0), Decimal(row["usd"])),),
        source=PriceSource.SNAPSHOT,
        as_of=date.fromisoformat(row["as_of"]),
    )


def _borrow(name: str, regions: RegionPrices) -> RegionPrices:
    """Let the first region's price of the snapshot stand for those that are unknown."""
    sku = find_sku(name)
    if sku is None or not sku.estimated_elsewhere or EVERYWHERE in regions:
        return regions
    known = (price for price in regions.values() if price.source is PriceSource.SNAPSHOT)
    first = next(known, None)
    return regions if first is None else {**regions, EVERYWHERE: replace(first, estimated=True)}
