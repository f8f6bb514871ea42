"""The best price table there is: live where Azure answers, the snapshot's elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Prices, PriceTable, RegionPrices
from matcha_tui.targets.azure.pricing.cache import PriceCache, find_cache, keep_prices, read_cache
from matcha_tui.targets.azure.pricing.price_list import PriceList, find_price_list
from matcha_tui.targets.azure.pricing.sku import Sku, find_sku
from matcha_tui.targets.azure.pricing.snapshot import (
    SNAPSHOT_CURRENCY,
    make_table,
    read_snapshot,
    snapshot_prices,
)


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

    Args:
        skus: As the flavors call them.
        currency: As ISO 4217 has it: ``EUR``.
        environment: Its ``MATCHA_PRICES_URL``, ``SSL_CERT_FILE`` and ``XDG_CACHE_HOME`` count.
        offline: Whether to make do with what is on this machine.
        now: The present, with its time zone; by default the clock's.

    Returns:
        A table in the currency asked for, or in US dollars if there is no price in that
        currency, for only dollars come with matcha.
    """
    moment = now or datetime.now(UTC)
    price_list = find_price_list(environment, currency)
    cache = find_cache(environment, price_list.url, currency)
    live: dict[str, RegionPrices] = dict(read_cache(cache, moment))
    wanted = [sku for sku in map(find_sku, sorted(set(skus))) if sku and not sku.free]
    missing = [sku for sku in wanted if sku.name not in live]
    if offline or not missing:
        return Prices(_combine(live, currency))
    fetched, problem = _fetch(price_list, cache, missing, moment)
    return Prices(_combine({**live, **fetched}, currency), problem)


def _fetch(
    price_list: PriceList, cache: PriceCache, skus: Sequence[Sku], now: datetime
) -> tuple[Mapping[str, RegionPrices], MatchaError | None]:
    from matcha_tui.targets.azure.pricing.retail import fetch_prices  # which loads requests

    fetched = fetch_prices(price_list, skus, now)
    try:
        keep_prices(cache, fetched.prices, now)
    except MatchaError as error:
        return fetched.prices, fetched.problem or error
    return fetched.prices, fetched.problem


def _combine(live: Mapping[str, RegionPrices], currency: str) -> PriceTable:
    """Put live prices over the snapshot; prices in different currencies are never mixed."""
    known = {sku: regions for sku, regions in live.items() if regions}
    if currency == SNAPSHOT_CURRENCY:
        return make_table(currency, {**snapshot_prices(), **known})
    return make_table(currency, known) if known else read_snapshot()
