"""What a target says when building on it costs money.

Give it to the target as its part ``pricing``; whatever a face shows of money is asked here::

    class LabPricing(Pricing):
        def items(self, intent):
            gpus = int(intent.config.settings.get("gpus", 1))
            return (CostItem("Lab", "GPU", "gpu", "hour", gpus, gpus),)

        def load(self, intent, *, offline=False):
            tier = Tier(Decimal(0), Decimal("0.50"))
            price = Price("gpu", "hour", (tier,), PriceSource.SNAPSHOT, date(2026, 1, 1))
            return Prices(PriceTable("EUR", {"gpu": {EVERYWHERE: price}}))


    class LabTarget(Target):
        pricing = LabPricing()
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from matcha_tui.targets.base import StackSpec

if TYPE_CHECKING:  # a target is loaded by commands that never speak of money
    from matcha_tui.pricing.estimate import CostItem, Estimate
    from matcha_tui.pricing.price import Prices
    from matcha_tui.pricing.ranking import Region, RegionRow
    from matcha_tui.pricing.report import Limit


class Pricing(ABC):
    """What the stacks of one target cost.

    Attributes:
        region_setting: The setting that names the region, where prices differ by one.
    """

    region_setting: ClassVar[str] = ""

    @abstractmethod
    def items(self, spec: StackSpec) -> "tuple[CostItem, ...]":
        """List what is paid for.

        Raises:
            MatchaError: If a table of costs is faulty.
        """

    @abstractmethod
    def load(self, spec: StackSpec, *, offline: bool = False) -> "Prices":
        """Get the prices of what is paid for, in every region; this may ask the network.

        Args:
            spec: What would be built.
            offline: Whether to make do with what is on this machine.
        """

    def regions(self) -> "tuple[Region, ...]":
        """Return the regions to choose from; none where prices do not differ by region."""
        return ()

    def machines(self, spec: StackSpec) -> tuple[int, int] | None:
        """Return how many machines run at least and at most, if that is what a cost depends on."""
        return None

    def limit(self, spec: StackSpec) -> "Limit | None":
        """Return what its user wants to spend a month, if they said so."""
        return None

    def region(self, spec: StackSpec) -> str:
        """Return the region that is set; empty until one is."""
        return str(spec.config.settings.get(self.region_setting, ""))

    def estimate(self, spec: StackSpec, prices: "Prices", region: str = "") -> "Estimate":
        """Work out what it costs.

        Args:
            spec: What would be built.
            prices: From `load`.
            region: A region; by default the one that is set.
        """
        from matcha_tui.pricing.estimate import estimate

        return estimate(self.items(spec), region or self.region(spec), prices.table)

    def rank(self, spec: StackSpec, prices: "Prices") -> "tuple[RegionRow, ...]":
        """Return every region with what it would cost there, the cheapest first.

        Args:
            spec: What would be built.
            prices: From `load`.
        """
        from matcha_tui.pricing.ranking import rank_regions

        items, region = self.items(spec), self.region(spec)
        return rank_regions(items, prices.table, self.regions(), region)

    def exceeded_limit(self, spec: StackSpec, found: "Estimate") -> str:
        """Say by how much it may cost more than its user wants to spend; empty if it may not.

        Args:
            spec: What would be built.
            found: What that costs.
        """
        from matcha_tui.pricing.report import format_excess

        limit = self.limit(spec)
        return format_excess(limit, found) if limit else ""
