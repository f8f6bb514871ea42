"""What a stack on Azure costs: by its price list, its SKUs and its foundation's table of costs."""

import os
from typing import TYPE_CHECKING

from matcha_tui.stack.catalog import find_modules_directory
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.pricing_part import Pricing

if TYPE_CHECKING:  # this is loaded with the target, and prices only when they are asked for
    from matcha_tui.pricing.estimate import CostItem
    from matcha_tui.pricing.price import Prices
    from matcha_tui.pricing.ranking import Region
    from matcha_tui.pricing.report import Limit

_FOUNDATION_COSTS = "azure/foundation/costs.toml"


class AzurePricing(Pricing):
    """Azure's list prices, live or as they came with matcha."""

    region_setting = "location"

    def items(self, spec: StackSpec) -> "tuple[CostItem, ...]":
        """List what the foundation and the modules are billed for."""
        from matcha_tui.targets.azure.pricing.items import collect_items, read_foundation_costs

        foundation = read_foundation_costs(find_modules_directory() / _FOUNDATION_COSTS)
        settings, needs = AzureSettings.of(spec), collect_needs(spec.flavors)
        return collect_items(spec.flavors, foundation, settings, needs)

    def load(self, spec: StackSpec, *, offline: bool = False) -> "Prices":
        """Ask the price list for what was not asked this week."""
        from matcha_tui.targets.azure.pricing.loading import load_prices

        skus = {item.sku for item in self.items(spec)}
        return load_prices(skus, AzureSettings.of(spec).currency, os.environ, offline=offline)

    def regions(self) -> "tuple[Region, ...]":
        """Return Azure's public regions."""
        from matcha_tui.targets.azure.pricing.snapshot import read_regions

        return read_regions()

    def machines(self, spec: StackSpec) -> tuple[int, int]:
        """Return the bounds of the cluster's autoscaler."""
        settings = AzureSettings.of(spec)
        return settings.node_minimum, settings.node_maximum

    def limit(self, spec: StackSpec) -> "Limit | None":
        """Return the monthly limit; 0 is none."""
        from matcha_tui.pricing.report import Limit

        settings = AzureSettings.of(spec)
        amount = settings.monthly_limit
        return Limit(amount, settings.currency, "monthly_limit") if amount else None
