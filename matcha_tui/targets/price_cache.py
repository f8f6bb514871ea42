"""Live prices kept for a week, so that Azure is asked once and not every time."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from matcha_tui.pricing.price import UNITS_A_MONTH, Price, PriceSource, Tier
from matcha_tui.system.files import make_private_directory, user_cache, write_atomically

LIFETIME = timedelta(days=7)

_CLOCK_ERROR = timedelta(minutes=5)
_NOT_OURS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    InvalidOperation,
    RecursionError,
)
"""What reading anything but a file of ours comes to."""


@dataclass(frozen=True, slots=True)
class PriceCache:
    """The kept prices of one price list in one currency.

    Attributes:
        path: The file; it need not exist.
        url: The price list that its prices are from; those of another do not count.
    """

    path: Path
    url: str


def find_cache(environment: Mapping[str, str], url: str, currency: str) -> PriceCache:
    """Return where prices are kept."""
    return PriceCache(user_cache(environment) / "prices" / f"{currency}.json", url)


@dataclass(frozen=True, slots=True)
class _Cached:
    fetched: datetime
    prices: dict[str, Price]


def read_cache(cache: PriceCache, now: datetime) -> dict[str, dict[str, Price]]:
    """Return the kept prices that are not older than a week.

    Returns:
        SKU to region to price. A file that cannot be understood is deleted.
    """
    return {name: kept.prices for name, kept in _read_cached(cache, now).items()}


def store_prices(
    cache: PriceCache, prices: Mapping[str, Mapping[str, Price]], now: datetime
) -> None:
    """Keep live prices for a week, beside those that are kept already."""
    fetched = {name: _Cached(now, dict(regions)) for name, regions in prices.items()}
    kept = {**_read_cached(cache, now), **fetched}
    content = {"url": cache.url, "skus": {name: _to_json(item) for name, item in kept.items()}}
    make_private_directory(cache.path.parent)
    write_atomically(cache.path, json.dumps(content, separators=(",", ":")))


def _read_cached(cache: PriceCache, now: datetime) -> dict[str, _Cached]:
    try:
        content = json.loads(cache.path.read_bytes())
        if content["url"] != cache.url:
            return {}
        kept = {name: _from_json(name, raw) for name, raw in content["skus"].items()}
        return {name: item for name, item in kept.items() if _is_fresh(item, now)}
    except OSError:
        return {}
    except _NOT_OURS:
        with suppress(OSError):
            cache.path.unlink()
        return {}


def _is_fresh(kept: _Cached, now: datetime) -> bool:
    return now - LIFETIME < kept.fetched <= now + _CLOCK_ERROR


def _to_json(kept: _Cached) -> dict[str, Any]:
    regions = {
        region: [price.unit, [[str(tier.minimum), str(tier.price)] for tier in price.tiers]]
        for region, price in kept.prices.items()
    }
    return {"fetched": kept.fetched.isoformat(), "regions": regions}


def _from_json(sku: str, raw: dict[str, Any]) -> _Cached:
    fetched = datetime.fromisoformat(raw["fetched"])
    return _Cached(
        fetched,
        {
            region: Price(
                sku, _known_unit(unit), _read_tiers(tiers), PriceSource.LIVE, fetched.date()
            )
            for region, (unit, tiers) in raw["regions"].items()
        },
    )


def _known_unit(unit: str) -> str:
    if unit not in UNITS_A_MONTH:
        raise ValueError(unit)
    return unit


def _read_tiers(tiers: list[list[str]]) -> tuple[Tier, ...]:
    read = tuple(Tier(Decimal(minimum), Decimal(price)) for minimum, price in tiers)
    if not read or not all(tier.minimum.is_finite() and tier.price.is_finite() for tier in read):
        raise ValueError(tiers)
    return read
