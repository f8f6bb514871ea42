"""The best price table there is: live where Azure answers, elsewhere what comes with matcha."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import (
    EVERYWHERE,
    Price,
    Prices,
    PriceSource,
    PriceTable,
    RegionPrices,
    Tier,
)
from matcha_tui.pricing.ranking import Region
from matcha_tui.targets.azure.pricing.sku import find_sku, free_skus
from matcha_tui.targets.price_cache import find_cache, read_cache, store_prices

_LIST_VARIABLE = "MATCHA_PRICES_URL"  # another address for the price list: a proxy's, for instance
_PUBLIC_LIST = "https://prices.azure.com/api/retail/prices"
_PUBLISHER = "Azure"
_SNAPSHOT_CURRENCY = "USD"  # the only one that comes with matcha


def load_prices(
    skus: Collection[str],
    currency: str,
    environment: Mapping[str, str],
    *,
    offline: bool = False,
    now: datetime | None = None,
) -> Prices:
    """Get the prices of SKUs in every region, asking Azure for what was not asked this week.

    It waits for the network for about a minute at most, and does not fail for want of it.

    Returns:
        A table in the currency asked for, or in US dollars if there is no price in that
        currency, for only dollars come with matcha.
    """
    moment = now or datetime.now(UTC)
    cache = find_cache(environment, environment.get(_LIST_VARIABLE) or _PUBLIC_LIST, currency)
    live: dict[str, RegionPrices] = dict(read_cache(cache, moment))
    paid = [sku for sku in map(find_sku, sorted(set(skus))) if sku and not sku.free]
    missing = [sku for sku in paid if sku.name not in live]
    if offline or not missing:
        return Prices(_combine(live, currency))
    # which loads azure.core
    from matcha_tui.targets.azure.pricing.retail import PriceQuestion, fetch_prices

    problem: MatchaError | None = None
    try:
        fetched = fetch_prices(PriceQuestion(cache.url, currency, environment), missing, moment)
        live, problem = {**live, **fetched.prices}, fetched.problem
        store_prices(cache, fetched.prices, moment)
    except MatchaError as error:  # certificates that are not there, a full disk
        problem = problem or error
    return Prices(_combine(live, currency), problem)


def make_table(currency: str, prices: Mapping[str, RegionPrices]) -> PriceTable:
    """Return a table of prices, with what follows from them.

    That is what is free by its nature, and the price of another region where the
    snapshot lacks one and that may stand for it.
    """
    nothing = (Tier(Decimal(0), Decimal(0)),)
    free = {
        sku.name: {EVERYWHERE: Price(sku.name, sku.unit, nothing, PriceSource.FREE, None)}
        for sku in free_skus()
    }
    found = {name: _borrow(name, regions) for name, regions in prices.items()}
    return PriceTable(currency, {**found, **free}, _PUBLISHER)


@cache
def read_snapshot() -> PriceTable:
    """Return the table of the prices that come with matcha, in US dollars."""
    return make_table(_SNAPSHOT_CURRENCY, snapshot_prices())


@cache
def snapshot_prices() -> Mapping[str, RegionPrices]:
    """Read the prices that come with matcha, which takes a few milliseconds.

    Returns:
        SKU to region to price. Where one is known from two dates, the later counts.
    """
    prices: dict[str, dict[str, Price]] = {}
    for row in sorted(_read_rows("prices.csv"), key=lambda row: row["as_of"]):
        tiers = (Tier(Decimal(0), Decimal(row["usd"])),)
        day = date.fromisoformat(row["as_of"])
        price = Price(row["sku"], row["unit"], tiers, PriceSource.SNAPSHOT, day)
        prices.setdefault(row["sku"], {})[row["region"]] = price
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


def _combine(live: Mapping[str, RegionPrices], currency: str) -> PriceTable:
    """Put live prices over the snapshot; prices in different currencies are never mixed."""
    known = {sku: regions for sku, regions in live.items() if regions}
    if currency == _SNAPSHOT_CURRENCY:
        return make_table(currency, {**snapshot_prices(), **known})
    return make_table(currency, known) if known else read_snapshot()


def _read_rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader((files(__package__) / name).read_text(encoding="utf-8").splitlines())


def _borrow(name: str, regions: RegionPrices) -> RegionPrices:
    """Let the first region's price of the snapshot stand for those that are unknown."""
    sku = find_sku(name)
    if sku is None or not sku.estimated_elsewhere or EVERYWHERE in regions:
        return regions
    known = (price for price in regions.values() if price.source is PriceSource.SNAPSHOT)
    first = next(known, None)
    return regions if first is None else {**regions, EVERYWHERE: replace(first, estimated=True)}
