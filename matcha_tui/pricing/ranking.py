"""The region table: what a stack costs in each region, and which one is recommended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from matcha_tui.pricing.estimate import CostItem, Span, estimate
from matcha_tui.pricing.price import PriceTable


@dataclass(frozen=True, slots=True)
class Region:
    """A place of a target, where prices and law are its own.

    Attributes:
        name: As the target calls it: ``westeurope``.
        display_name: As people call it: ``West Europe``.
        geography: The country or market whose law its data stays under: ``France``.
        geography_group: The part of the world: ``Europe``.
        place: Where it is: ``Paris``.
        pair: The region that it is paired with, if any.
        zones: How many availability zones it has; 0 for none.
    """

    name: str
    display_name: str
    geography: str
    geography_group: str
    place: str
    pair: str | None = None
    zones: int = 0


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region, seen by one stack.

    Attributes:
        region: The region.
        monthly: What the stack costs there a month; ``None`` if something has no price.
        above_cheapest: How much more that is than in the cheapest region.
        estimated: Whether another region's price stands for one that is unknown there.
        recommended: Whether it is the one to take, for who has no other reason.
        reason: Why it is recommended, in one sentence; empty for the others.
        fits: Whether whoever builds it may have its machines there; ``None`` while
            nobody knows.
    """

    region: Region
    monthly: Span | None
    above_cheapest: Span | None
    estimated: bool
    recommended: bool = False
    reason: str = ""
    fits: bool | None = None


def rank_regions(
    items: Sequence[CostItem], table: PriceTable, regions: Iterable[Region], location: str = ""
) -> tuple[RegionRow, ...]:
    """Work out what a stack costs in every region: the cheapest first, the unknown last."""
    rows = sorted((_row(items, table, region) for region in regions), key=_order)
    if not rows or rows[0].monthly is None:
        return tuple(rows)
    cheapest = rows[0].monthly
    compared = [
        row if row.monthly is None else replace(row, above_cheapest=row.monthly - cheapest)
        for row in rows
    ]
    return _recommend(compared, location)


def filter_regions(rows: Iterable[RegionRow], typed: str) -> tuple[RegionRow, ...]:
    """Keep the regions whose name, display name or geography holds what was typed."""
    words = typed.casefold().split()
    described = [(row, _description(row.region)) for row in rows]
    whole = tuple(row for row, text in described if " ".join(words) in text)
    return whole or tuple(row for row, text in described if all(word in text for word in words))


def _description(region: Region) -> str:
    names = (region.name, region.display_name, region.geography, region.geography_group)
    return "\n".join(names).casefold()


def _row(items: Sequence[CostItem], table: PriceTable, region: Region) -> RegionRow:
    cost = estimate(items, region.name, table)
    monthly = cost.monthly if cost.complete else None
    return RegionRow(region, monthly, None, cost.estimated)


def _order(row: RegionRow) -> tuple[bool, Decimal, Decimal, str]:
    if row.monthly is None:
        return (True, Decimal(0), Decimal(0), row.region.name)
    return (False, row.monthly.at_least, row.monthly.at_most, row.region.name)


def _recommend(rows: Sequence[RegionRow], location: str) -> tuple[RegionRow, ...]:
    """Mark the cheapest region with zones near the location, or else the next best."""
    group = next((r.region.geography_group for r in rows if r.region.name == location), None)
    priced = [row for row in rows if row.monthly is not None]
    zoned = [row for row in priced if row.region.zones]
    near = [row for row in zoned if row.region.geography_group == group]
    chosen = (near or zoned or priced)[0]
    if near:
        where = f"the {group}" if group in ("US", "UK") else group
        reason = f"The cheapest region with availability zones in {where}."
    elif zoned:
        reason = "The cheapest region with availability zones."
    else:
        reason = "The cheapest region."
    return tuple(
        replace(row, recommended=True, reason=reason) if row is chosen else row for row in rows
    )
