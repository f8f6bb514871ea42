"""Which of the price list's many entries is the price that is meant."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from matcha_tui.pricing.price import EVERYWHERE, Price, PriceSource, Tier
from matcha_tui.targets.azure.pricing.entry import PriceEntry
from matcha_tui.targets.azure.pricing.sku import Sku

_OTHER_PRODUCTS = ("windows", "cloud services", "cloudservices")
_OTHER_METERS = ("spot", "low priority")
_UNITS = {
    "1 hour": "hour",
    "1/hour": "hour",
    "1 day": "day",
    "1/day": "day",
    "1 month": "month",
    "1/month": "month",
    "1 gb/month": "GB-month",
    "1 gb": "GB",
}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def select_prices(sku: Sku, entries: Iterable[PriceEntry], now: datetime) -> dict[str, Price]:
    """Find the prices of one SKU among what the price list answered.

    The list answers with all that has the same name, too: with Windows, as a cloud
    service, on spot, reserved, for tests, of the past, announced; tiers have no order.

    Returns:
        Region, or `EVERYWHERE`, to price. A region in which everything is 0 is not
        among them: that is a place-holder, for what is really free has no entry.
    """
    found: dict[str, dict[Decimal, PriceEntry]] = {}
    for entry in entries:
        if _is_meant(sku, entry) and _counts(entry, now):
            region = EVERYWHERE if entry.region.casefold() == "global" else entry.region
            by_minimum = found.setdefault(region, {})
            other = by_minimum.get(entry.minimum)
            if other is None or _rank(entry) > _rank(other):
                by_minimum[entry.minimum] = entry
    return {
        region: Price(sku.name, sku.unit, _tiers(by_minimum), PriceSource.LIVE, now.date())
        for region, by_minimum in found.items()
        if any(entry.price for entry in by_minimum.values())
    }


def _is_meant(sku: Sku, entry: PriceEntry) -> bool:
    product = entry.names["productName"].casefold()
    meter = f"{entry.names['meterName']} {entry.names['skuName']}".casefold()
    return (
        entry.type == "Consumption"
        and all(
            entry.names[name].casefold() == text.casefold() for name, text in sku.fields.items()
        )
        and not any(word in product for word in _OTHER_PRODUCTS)
        and not any(word in meter for word in _OTHER_METERS)
        and _UNITS.get(entry.unit.casefold()) == sku.unit
    )


def _counts(entry: PriceEntry, now: datetime) -> bool:
    return (entry.start is None or entry.start <= now) and (entry.end is None or now < entry.end)


def _rank(entry: PriceEntry) -> tuple[bool, datetime, Decimal]:
    """Return which of two entries for the same counts: the region's own, the newer, the dearer."""
    return (entry.primary, entry.start or _LONG_AGO, entry.price)


def _tiers(by_minimum: dict[Decimal, PriceEntry]) -> tuple[Tier, ...]:
    return tuple(Tier(minimum, by_minimum[minimum].price) for minimum in sorted(by_minimum))
