"""The entries of Azure's retail price list, and which of the many is the price that is meant."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import EVERYWHERE, Price, PriceSource, Tier
from matcha_tui.targets.azure.pricing.sku import Sku

HINT = "The prices that come with matcha are used until it answers again."

_NAMES = ("serviceName", "productName", "meterName", "skuName", "armSkuName")
_HIGHEST = Decimal(10) ** 9
_OTHER_PRODUCTS = ("windows", "cloud services", "cloudservices")
_OTHER_METERS = ("spot", "low priority")
_UNITS = {"hour": "hour", "day": "day", "month": "month", "gb/month": "GB-month", "gb": "GB"}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """One entry of the price list."""

    names: Mapping[str, str]  # the fields that say what it is the price of, empty where it has none
    region: str  # `westeurope`, or `Global`
    type: str  # `Consumption`, `Reservation`, `DevTestConsumption`
    unit: str  # `1 Hour`, `1/Month`
    currency: str  # `USD`
    price: Decimal  # of one unit
    minimum: Decimal  # how many units a month must be used for this price to count
    start: datetime | None  # when it begins to count, if the entry says so
    end: datetime | None  # when it ends to count, if the entry says so
    primary: bool  # whether its meter is the one that this region is billed by


def read_entry(answer: object) -> PriceEntry:
    """Take one entry out of the answer's JSON."""
    if not isinstance(answer, dict):
        raise malformed("an entry that is no object")
    return PriceEntry(
        names={name: _text(answer, name) for name in _NAMES},
        region=_text(answer, "armRegionName") or _text(answer, "location"),
        type=_text(answer, "type"),
        unit=_text(answer, "unitOfMeasure"),
        currency=_text(answer, "currencyCode"),
        price=_number(answer, "retailPrice"),
        minimum=_number(answer, "tierMinimumUnits"),
        start=_moment(answer, "effectiveStartDate"),
        end=_moment(answer, "effectiveEndDate"),
        primary=answer.get("isPrimaryMeterRegion") is True,
    )


def malformed(what: str) -> MatchaError:
    """Make the error for an answer of the price list that is none."""
    return MatchaError(f"Azure's price list answered with {what}", hint=HINT)


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
            other = by_minimum.setdefault(entry.minimum, entry)
            by_minimum[entry.minimum] = max(other, entry, key=_rank)
    tiers = {
        region: tuple(Tier(minimum, entry.price) for minimum, entry in sorted(by_minimum.items()))
        for region, by_minimum in found.items()
    }
    return {
        region: Price(sku.name, sku.unit, prices, PriceSource.LIVE, now.date())
        for region, prices in tiers.items()
        if any(tier.price for tier in prices)
    }


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str | None):
        raise malformed(f"{name} that is no text")
    return value or ""


def _number(answer: Mapping[str, Any], name: str) -> Decimal:
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise malformed(f"{name} that is no number")
    if not 0 <= value < _HIGHEST:
        raise malformed(f"{name} that cannot be")
    return Decimal(value)


def _moment(answer: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(answer, name)
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise malformed(f"{name} that is no date") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


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
        and _UNITS.get(re.sub("^1[ /]", "", entry.unit.casefold())) == sku.unit
    )


def _counts(entry: PriceEntry, now: datetime) -> bool:
    return (entry.start is None or entry.start <= now) and (entry.end is None or now < entry.end)


def _rank(entry: PriceEntry) -> tuple[bool, datetime, Decimal]:
    """Return which of two entries for the same counts: the region's own, the newer, the dearer."""
    return (entry.primary, entry.start or _LONG_AGO, entry.price)
