"""What the lab costs: its lamps and what its flavors need, the same everywhere."""

from datetime import date
from decimal import Decimal

from matcha_tui.pricing.estimate import CostItem
from matcha_tui.pricing.price import EVERYWHERE, Price, Prices, PriceSource, PriceTable, Tier
from matcha_tui.pricing.report import Limit
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.pricing_part import Pricing

_PRICES = {"lamp": ("hour", "0.10"), "paper": ("month", "5")}


class LabPricing(Pricing):
    """A price list that never changes."""

    def items(self, spec: StackSpec) -> tuple[CostItem, ...]:
        """List the lamps, and what each flavor says that it needs."""
        lamps = int(spec.config.settings.get("lamps", 2))
        return (
            CostItem("Room", "Lamps", "lamp", "hour", lamps, lamps),
            *(
                CostItem(flavor.title, cost.item, cost.sku, cost.unit, cost.quantity, cost.quantity)
                for flavor in spec.flavors
                for cost in flavor.costs
            ),
        )

    def load(self, spec: StackSpec, *, offline: bool = False) -> Prices:
        """Return the list."""
        return Prices(
            PriceTable(
                "EUR", {sku: {EVERYWHERE: _price(sku, *found)} for sku, found in _PRICES.items()}
            )
        )

    def limit(self, spec: StackSpec) -> Limit | None:
        """Return the allowance."""
        amount = int(spec.config.settings.get("allowance", 0))
        return Limit(amount, "EUR", "allowance") if amount else None


def _price(sku: str, unit: str, amount: str) -> Price:
    return Price(
        sku, unit, (Tier(Decimal(0), Decimal(amount)),), PriceSource.SNAPSHOT, date(2026, 1, 1)
    )
