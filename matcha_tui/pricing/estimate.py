"""What a stack costs in one region: by thing, by module and in all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcha_tui.pricing.price import HOURS_A_MONTH, Price, PriceSource, PriceTable


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of money: with the fewest nodes, and with the most."""

    at_least: Decimal  # in the currency of the estimate that it is of
    at_most: Decimal

    def __add__(self, other: "Span") -> "Span":
        return Span(self.at_least + other.at_least, self.at_most + other.at_most)

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.at_least - other.at_least, self.at_most - other.at_most)

    @property
    def hourly(self) -> "Span":
        """The same by the hour, when it is by the month."""
        return Span(self.at_least / HOURS_A_MONTH, self.at_most / HOURS_A_MONTH)


NOTHING = Span(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class CostItem:
    """One thing that is paid for, and how many of it there may be.

    Attributes:
        owner: What it is for: a module's title, or ``Cluster``.
        item: What it is, in the user's words.
        sku: What the price table calls it.
        unit: What one of it is: ``hour``, ``GB-month``.
        at_least: How many of it there are at least.
        at_most: How many of it there are at most, as when a cluster is at its largest.
        ends_with_stop: Whether nobody pays for it while the stack is stopped.
    """

    owner: str
    item: str
    sku: str
    unit: str
    at_least: int
    at_most: int
    ends_with_stop: bool = False


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one thing costs."""

    item: CostItem
    price: Price | None  # of one of it; `None` if it has no price
    monthly: Span | None  # what it costs a month; `None` if it has no price, which is not 0


class _Sum:
    """What lines come to."""

    __slots__ = ()
    lines: tuple[CostLine, ...]

    @property
    def monthly(self) -> Span:
        """What they cost a month, as far as prices are known: see `complete`."""
        return add_up(self.lines)

    @property
    def hourly(self) -> Span:
        """The same by the hour."""
        return self.monthly.hourly

    @property
    def complete(self) -> bool:
        """Whether everything has a price, so that the total is one."""
        return all(line.monthly is not None for line in self.lines)


@dataclass(frozen=True, slots=True)
class Share(_Sum):
    """What one module, or one part of what they all stand on, costs."""

    owner: str
    lines: tuple[CostLine, ...]


@dataclass(frozen=True, slots=True)
class Estimate(_Sum):
    """What a stack costs in one region.

    Attributes:
        region: As the target calls it: ``westeurope``; empty where prices do not differ.
        currency: ``USD``.
        lines: Everything that is paid for.
        publisher: Whose price list live prices are from: ``Azure``.
    """

    region: str
    currency: str
    lines: tuple[CostLine, ...]
    publisher: str = ""

    @property
    def estimated(self) -> bool:
        """Whether another region's price stands for one that is unknown."""
        return any(line.price is not None and line.price.estimated for line in self.lines)

    @property
    def shares(self) -> tuple[Share, ...]:
        """The same by module, in the order of the lines."""
        by_owner: dict[str, list[CostLine]] = {}
        for line in self.lines:
            by_owner.setdefault(line.item.owner, []).append(line)
        return tuple(Share(owner, tuple(lines)) for owner, lines in by_owner.items())

    def dates(self, source: PriceSource) -> tuple[date, ...]:
        """Return the days from which the prices of one source are, the earliest first."""
        prices = [line.price for line in self.lines if line.price is not None]
        days = {price.as_of for price in prices if price.source is source and price.as_of}
        return tuple(sorted(days))


def estimate(items: Iterable[CostItem], region: str, table: PriceTable) -> Estimate:
    """Work out what things cost in a region."""
    lines = tuple(_cost_of(item, table.price(item.sku, region)) for item in items)
    return Estimate(region, table.currency, lines, table.publisher)


def add_up(lines: Iterable[CostLine]) -> Span:
    """Return what lines cost a month together, leaving out what has no price."""
    return sum((line.monthly for line in lines if line.monthly is not None), NOTHING)


def _cost_of(item: CostItem, price: Price | None) -> CostLine:
    if price is None or price.unit != item.unit:  # a price by the month is none by the hour
        return CostLine(item, None, None)
    monthly = Span(price.monthly(item.at_least), price.monthly(item.at_most))
    return CostLine(item, price, monthly)
