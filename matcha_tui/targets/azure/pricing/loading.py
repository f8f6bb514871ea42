"""The best price table there is: live where Azure answers, the snapshot's elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Prices, PriceTable, RegionPrices
from matcha_tui.targets.azure.pricing.sku import Sku, find_sku
from matcha_tui.targets.azure.pricing.snapshot import (
    SNAPSHOT_CURRENCY,
    make_table,
    read_snapshot,
    snapshot_prices,
)
from matcha_tui.targets.price_cache import PriceCache, find_cache, read_cache, store_prices

LIST_VARIABLE = "MATCHA_PRICES_URL"
"""Names another address for the price list: a proxy's, for instance."""

_PUBLIC_LIST = "https://prices.azure.com/api/retail/prices"


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
    url = environment.get(LIST_VARIABLE) or _PUBLIC_LIST
    cache = find_cache(environment, url, currency)
    live: dict[str, RegionPrices] = dict(read_cache(cache, moment))
    wanted = [sku for sku in map(find_sku, sorted(set(skus))) if sku and not sku.free]
    missing = [sku for sku in wanted if sku.name not in live]
    if offline or not missing:
        return Prices(_combine(live, currency))
    try:
        fetched, problem = _fetch(cache, currency, environment, missing, moment)
    except MatchaError as error:  # certificates that are not there
        fetched, problem = {}, error
    return Prices(_combine({**live, **fetched}, currency), problem)


def _fetch(
    cache: PriceCache,
    currency: str,
    environment: Mapping[str, str],
    skus: Sequence[Sku],
    now: datetime,
) -> tuple[Mapping[str, RegionPrices], MatchaError | None]:
    # which loads azure.core
    from matcha_tui.targets.azure.pricing.retail import fetch_prices, make_question

    fetched = fetch_prices(make_question(cache.url, currency, environment), skus, now)
    try:
        store_prices(cache, fetched.prices, now)
    except MatchaError as error:
        return fetched.prices, fetched.problem or error
    return fetched.prices, fetched.problem


def _combine(live: Mapping[str, RegionPrices], currency: str) -> PriceTable:
    """Put live prices over the snapshot; prices in different currencies are never mixed."""
    known = {sku: regions for sku, regions in live.items() if regions}
    if currency == SNAPSHOT_CURRENCY:
        return make_table(currency, {**snapshot_prices(), **known})
    return make_table(currency, known) if known else read_snapshot()
