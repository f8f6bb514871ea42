"""An estimate for people, as text, and for scripts, as JSON."""

from calendar import month_name
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from matcha_tui.pricing.difference import compare
from matcha_tui.pricing.estimate import CostLine, Estimate, Span
from matcha_tui.pricing.price import PriceSource

_CENT = Decimal("0.01")
_SMALLEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Limit:
    """What somebody wants to spend a month at most.

    Attributes:
        amount: In whole units of the currency.
        currency: ``USD``.
        setting: The setting that says so: ``monthly_limit``.
    """

    amount: int
    currency: str
    setting: str


def money(amount: Decimal, currency: str) -> str:
    """Write an amount: ``212.45 USD``."""
    return f"{amount.quantize(_CENT):,} {currency}"


def money_span(span: Span, currency: str) -> str:
    """Write an amount that depends on the number of nodes: ``212.45 to 590.95 USD``."""
    low, high = span.at_least.quantize(_CENT), span.at_most.quantize(_CENT)
    return money(low, currency) if low == high else f"{low:,} to {high:,} {currency}"


def origin(estimate: Estimate) -> str:
    """Say in a sentence or two where an estimate's prices are from, and what is missing."""
    sentences = []
    if live := estimate.dates(PriceSource.LIVE):
        whose = f"{estimate.publisher}'s list" if estimate.publisher else "List"
        sentences.append(f"{whose} prices of {_days(live)}.")
    if kept := estimate.dates(PriceSource.SNAPSHOT):
        sentences.append(f"Prices of {_days(kept)}, which came with matcha.")
    if estimate.estimated:
        names = _names(line for line in estimate.lines if line.price and line.price.estimated)
        sentences.append(f"Estimated by another region's price: {names}.")
    if not estimate.complete:
        names = _names(line for line in estimate.lines if line.monthly is None)
        sentences.append(f"No price is known for: {names}; the total is incomplete.")
    return " ".join(sentences)


def format_excess(limit: Limit, found: Estimate) -> str:
    """Say, without a full stop, that a stack may cost more than its user wants to spend.

    It is empty when it is within the limit, and when the prices are in another currency.
    """
    if found.currency != limit.currency or found.monthly.at_most <= limit.amount:
        return ""
    amount = money_span(found.monthly, found.currency)
    bound = f"{limit.setting} is {limit.amount:,} {limit.currency}"
    return f"the stack costs {amount} a month, and {bound}"


def format_change(before: Estimate, after: Estimate) -> str:
    """Say in a sentence what a stack costs a month, and what a change does to that."""
    sentence = f"It costs {money_span(after.monthly, after.currency)} a month"
    changed = compare(before, after)
    if changed is None or not changed.changes:
        return f"{sentence}."
    return f"{sentence} ({_signed(changed.monthly, changed.currency)})."


def as_json(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as ``matcha cost --output json`` prints it.

    Returns:
        Only what JSON knows. Amounts are numbers, rounded to a millionth; an amount
        that is not known is ``null``, and ``complete`` says whether a total lacks one.
    """
    return {
        "region": estimate.region,
        "currency": estimate.currency,
        "complete": estimate.complete,
        "estimated": estimate.estimated,
        **_amounts(estimate.monthly),
        "modules": [
            {
                "title": share.owner,
                "complete": share.complete,
                **_amounts(share.monthly),
                "items": [_line_as_json(line) for line in share.lines],
            }
            for share in estimate.shares
        ],
    }


def _signed(span: Span, currency: str) -> str:
    """Write a difference: ``+2.40 USD``."""
    low, high = span.at_least, span.at_most
    if low == high:
        return f"{'+' if low >= 0 else '-'}{money(abs(low), currency)}"
    return f"{low:+,.2f} to {high:+,.2f} {currency}"


def _line_as_json(line: CostLine) -> dict[str, Any]:
    price = line.price
    return {
        "item": line.item.item,
        "sku": line.item.sku,
        "unit": line.item.unit,
        "quantity": {"at_least": line.item.at_least, "at_most": line.item.at_most},
        "source": price.source.value if price else None,
        "as_of": price.as_of.isoformat() if price and price.as_of else None,
        "estimated": bool(price and price.estimated),
        "tiers": [
            {"minimum": _number(tier.minimum), "price": _number(tier.price)}
            for tier in (price.tiers if price else ())
        ],
        **_amounts(line.monthly),
    }


def _amounts(monthly: Span | None) -> dict[str, Any]:
    return {"hour": _span(monthly.hourly if monthly else None), "month": _span(monthly)}


def _span(span: Span | None) -> dict[str, float] | None:
    if span is None:
        return None
    return {"at_least": _number(span.at_least), "at_most": _number(span.at_most)}


def _number(amount: Decimal) -> float:
    return float(amount.quantize(_SMALLEST))


def _names(lines: Iterable[CostLine]) -> str:
    return ", ".join(dict.fromkeys(line.item.item for line in lines))


def _days(days: tuple[date, ...]) -> str:
    first, last = _day(days[0]), _day(days[-1])
    return first if first == last else f"{first} to {last}"


def _day(day: date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"
