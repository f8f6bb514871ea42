"""A target that costs something, as an installed package would bring it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from matcha_tui.pricing.estimate import CostItem, Span
from matcha_tui.pricing.price import EVERYWHERE, Price, Prices, PriceSource, PriceTable, Tier
from matcha_tui.pricing.report import Limit, origin
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.pricing_part import Pricing
from matcha_tui.targets.registry import TARGETS


class LabPricing(Pricing):
    def items(self, spec: StackSpec) -> tuple[CostItem, ...]:
        gpus = int(spec.config.settings.get("gpus", 1))
        return (CostItem("Lab", "GPU", "gpu", "hour", gpus, gpus),)

    def load(self, spec: StackSpec, *, offline: bool = False) -> Prices:
        tier = Tier(Decimal(0), Decimal("0.50"))
        price = Price("gpu", "hour", (tier,), PriceSource.LIVE, date(2026, 1, 1))
        return Prices(PriceTable("EUR", {"gpu": {EVERYWHERE: price}}))

    def limit(self, spec: StackSpec) -> Limit:
        return Limit(700, "EUR", "spend")


def spec(tmp_path: Path, gpus: int) -> StackSpec:
    return StackSpec(Workspace(tmp_path), (), Config("lab", settings={"gpus": gpus}))


def test_items_and_prices_make_an_estimate_without_regions(tmp_path: Path):
    lab, two = LabPricing(), spec(tmp_path, 2)
    found = lab.estimate(two, lab.load(two))
    assert found.monthly == Span(Decimal("730"), Decimal("730"))
    assert lab.rank(two, lab.load(two)) == ()
    assert origin(found) == "List prices of 1 January 2026."


def test_a_limit_is_held_up_against_the_estimate(tmp_path: Path):
    lab, one, two = LabPricing(), spec(tmp_path, 1), spec(tmp_path, 2)
    prices = lab.load(one)
    assert lab.exceeded_limit(one, lab.estimate(one, prices)) == ""
    said = "the stack costs 730.00 EUR a month, and spend is 700 EUR"
    assert lab.exceeded_limit(two, lab.estimate(two, prices)) == said


def test_the_local_target_has_no_prices_and_azure_has():
    assert TARGETS["local"].pricing is None
    pricing = TARGETS["azure"].pricing
    assert pricing is not None
    assert pricing.region_setting == "location"
    assert len(pricing.regions()) > 50
