"""The prices that come with matcha, each with its date, for when Azure cannot be asked."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from matcha_tui.targets.azure.prices.price import Price, Source, Tier
from matcha_tui.targets.azure.prices.table import PriceTable

SNAPSHOT_CURRENCY = "USD"
"""The only currency that comes with matcha."""


@cache
def read_snapshot() -> PriceTable:
    """Read the prices that come with matcha; takes no network and a few milliseconds.

    Returns:
        A table in US dollars. Where a price is known from two dates, the later counts.
    """
    prices: dict[str, dict[str, Price]] = {}
    dates: dict[tuple[str, str], str] = {}
    lines = (files(__package__) / "prices.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        place = (row["sku"], row["region"])
        if row["as_of"] >= dates.get(place, ""):
            dates[place] = row["as_of"]
            prices.setdefault(row["sku"], {})[row["region"]] = _read_price(row)
    return PriceTable(SNAPSHOT_CURRENCY, prices)


def _read_price(row: dict[str, str]) -> Price:
    return Price(
        sku=row["sku"],
        unit=row["unit"],
        tiers=(Tier(Decimal(0), Decimal(row["usd"])),),
        source=Source.SNAPSHOT,
        as_of=date.fromisoformat(row["as_of"]),
    )
