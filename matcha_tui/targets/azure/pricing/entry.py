"""One entry of Azure's retail price list, as the list answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from matcha_tui.errors import MatchaError

NAMES = ("serviceName", "productName", "meterName", "skuName", "armSkuName")
"""The fields that say what an entry is the price of."""

_HIGHEST = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """One entry of the price list.

    Attributes:
        names: The fields of `NAMES`, empty where the entry has none.
        region: ``westeurope``, or ``Global``.
        type: ``Consumption``, ``Reservation``, ``DevTestConsumption``.
        unit: ``1 Hour``, ``1/Month``.
        currency: ``USD``.
        price: Of one unit.
        minimum: How many units a month must be used for this price to count.
        start: When it begins to count, if the entry says so.
        end: When it ends to count, if the entry says so.
        primary: Whether its meter is the one that this region is billed by.
    """

    names: Mapping[str, str]
    region: str
    type: str
    unit: str
    currency: str
    price: Decimal
    minimum: Decimal
    start: datetime | None
    end: datetime | None
    primary: bool


def read_entry(answer: object) -> PriceEntry:
    """Take one entry out of the answer's JSON."""
    if not isinstance(answer, dict):
        raise _error("an entry that is no object")
    return PriceEntry(
        names={name: _text(answer, name) for name in NAMES},
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


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _error(f"{name} that is no text")
    return value


def _number(answer: Mapping[str, Any], name: str) -> Decimal:
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _error(f"{name} that is no number")
    if not 0 <= value < _HIGHEST:
        raise _error(f"{name} that cannot be")
    return Decimal(value)


def _moment(answer: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(answer, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _error(f"{name} that is no date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _error(what: str) -> MatchaError:
    return MatchaError(
        f"Azure's price list answered with {what}",
        hint="Try again later; without it the prices that come with matcha are used.",
    )
