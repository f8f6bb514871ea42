"""The price of every SKU in every region, wherever it is from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from matcha_tui.targets.azure.prices.price import Price, Source, Tier
from matcha_tui.targets.azure.prices.sku import find_sku

EVERYWHERE = "*"
"""Stands for every commercial region."""

RegionPrices = Mapping[str, Price]
"""The price of one SKU: region, or `EVERYWHERE`, to price."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices in one currency.

    Attributes:
        currency: ``USD``.
        prices: SKU to region to price.
    """

    currency: str
    prices: Mapping[str, RegionPrices]

    def price(self, sku: str, region: str) -> Price | None:
        """Return what a SKU costs in a region.

        Args:
            sku: As the flavors call it.
            region: As Azure calls it: ``westeurope``.

        Returns:
            The price; an estimated one where only another region's is known and that
            may stand for it; ``None`` where no price is known, which is not 0.
        """
        known = find_sku(sku)
        if known is not None and known.free:
            return Price(sku, known.unit, (Tier(Decimal(0), Decimal(0)),), Source.FREE, None)
        regions = self.prices.get(sku, {})
        price = regions.get(region) or regions.get(EVERYWHERE)
        if price is not None or known is None or not known.estimated_elsewhere:
            return price
        return _borrow(regions.values())

    def with_live(self, live: Mapping[str, RegionPrices]) -> "PriceTable":
        """Return a table in which live prices stand in place of all others of their SKU."""
        return replace(self, prices={**self.prices, **live})


def _borrow(prices: Iterable[Price]) -> Price | None:
    """Return another region's price; only the snapshot lacks regions that have one."""
    for price in prices:
        if price.source is Source.SNAPSHOT:
            return replace(price, estimated=True)
    return None
