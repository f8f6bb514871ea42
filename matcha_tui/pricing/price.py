"""What one thing costs, and a table of such prices: where each is from, and for which region."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcha_tui.errors import MatchaError

HOURS_A_MONTH = Decimal(730)
"""The figure by which the price lists of clouds turn hours into months."""

EVERYWHERE = "*"
"""Stands for every region that a table has no price of its own for."""

UNITS_A_MONTH: dict[str, Decimal] = {
    "hour": HOURS_A_MONTH,
    "day": HOURS_A_MONTH / 24,
    "month": Decimal(1),
    "GB-month": Decimal(1),
    "GB": Decimal(1),
}
"""How many of a unit one thing uses in a month; of ``GB``, as many as are said to flow."""

_EXACT = Decimal("1E-9")  # so that sums do not depend on their order


class PriceSource(StrEnum):
    """Where a price is from."""

    LIVE = "live"
    SNAPSHOT = "snapshot"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Tier:
    """From how many units a month on a price counts.

    Attributes:
        minimum: Units a month.
        price: Of each unit from there on.
    """

    minimum: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of a SKU costs in one region.

    Attributes:
        sku: As the flavors call it: ``Standard_D4s_v5``.
        unit: What is paid for: ``hour``, ``GB-month``.
        tiers: At least one, the lowest first.
        source: Where it is from.
        as_of: The day on which it was read from the price list; ``None`` for
            what is free by its nature.
        estimated: Whether it is another region's price, because this one's is unknown.
    """

    sku: str
    unit: str
    tiers: tuple[Tier, ...]
    source: PriceSource
    as_of: date | None
    estimated: bool = False

    def monthly(self, quantity: int) -> Decimal:
        """Return what a number of them costs a month.

        Args:
            quantity: How many things, each there all month; of ``GB``, how many a month.
        """
        units = quantity * UNITS_A_MONTH[self.unit]
        return tiered_cost(self.tiers, units).quantize(_EXACT)


RegionPrices = Mapping[str, Price]
"""The price of one SKU: region, or `EVERYWHERE`, to price."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices in one currency.

    Attributes:
        currency: ``USD``.
        prices: SKU to region to price.
        publisher: Whose price list the live ones are from: ``Azure``.
    """

    currency: str
    prices: Mapping[str, RegionPrices]
    publisher: str = ""

    def price(self, sku: str, region: str) -> Price | None:
        """Return what a SKU costs in a region; ``None`` where no price is known, which is not 0.

        Args:
            sku: As the flavors call it.
            region: As the target calls it: ``westeurope``.
        """
        regions = self.prices.get(sku, {})
        return regions.get(region) or regions.get(EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Prices:
    """A price table, and what went wrong on the way to it.

    Attributes:
        table: What is known.
        problem: Why live prices are not in it, or could not be kept; ``None`` if nothing
            went wrong.
    """

    table: PriceTable
    problem: MatchaError | None = None


def tiered_cost(tiers: tuple[Tier, ...], units: Decimal) -> Decimal:
    """Add up what a month's units cost, each at the price of the tier that it falls into.

    The first tier counts from 0, whatever it says.
    """
    total = Decimal(0)
    for index, tier in enumerate(tiers):
        start = tier.minimum if index else Decimal(0)
        end = tiers[index + 1].minimum if index + 1 < len(tiers) else units
        if units > start:
            total += (min(units, end) - start) * tier.price
    return total
