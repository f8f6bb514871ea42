"""What one thing costs: a price with its tiers, and where it is from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

HOURS_A_MONTH = Decimal(730)
"""Azure's own figure, by which its price list turns hours into months."""

UNITS_A_MONTH: dict[str, Decimal] = {
    "hour": HOURS_A_MONTH,
    "day": HOURS_A_MONTH / 24,
    "month": Decimal(1),
    "GB-month": Decimal(1),
    "GB": Decimal(1),
}
"""How many of a unit one thing uses in a month; of ``GB``, as many as are said to flow."""

_EXACT = Decimal("1E-9")  # so that sums do not depend on their order


class Source(StrEnum):
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
        as_of: The day on which it was read from Azure's price list; ``None`` for
            what is free by its nature.
        estimated: Whether it is another region's price, because this one's is unknown.
    """

    sku: str
    unit: str
    tiers: tuple[Tier, ...]
    source: Source
    as_of: date | None
    estimated: bool = False

    def monthly(self, quantity: int) -> Decimal:
        """Return what a number of them costs a month.

        Args:
            quantity: How many things, each there all month; of ``GB``, how many a month.
        """
        units = quantity * UNITS_A_MONTH[self.unit]
        return tiered_cost(self.tiers, units).quantize(_EXACT)


def tiered_cost(tiers: tuple[Tier, ...], units: Decimal) -> Decimal:
    """Add up what units cost, each at the price of the tier that it falls into.

    Args:
        tiers: The lowest first; the first one counts from 0, whatever it says.
        units: How many are used in a month.
    """
    total = Decimal(0)
    for index, tier in enumerate(tiers):
        start = tier.minimum if index else Decimal(0)
        end = tiers[index + 1].minimum if index + 1 < len(tiers) else units
        if units > start:
            total += (min(units, end) - start) * tier.price
    return total
