"""What stacks cost, against sums done by hand from the list prices that come with matcha."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.pricing.estimate import CostItem, Estimate, Span, estimate
from matcha_tui.pricing.price import (
    UNITS_A_MONTH,
    Price,
    PriceSource,
    PriceTable,
    Tier,
    tiered_cost,
)
from matcha_tui.targets.azure.pricing.loading import read_regions, read_snapshot
from tests.targets.azure.pricing.stacks import DEFAULT, LLM, items_of

CENT = Decimal("0.01")

# In every region, a month of 730 hours (dates are those of the prices):
#   control plane, free tier                                     0.00
#   load balancer      730 h x 0.025          (2026-10-03)      18.25
#   outgoing address   730 h x 0.005          (2026-09-23)       3.65
#   gateway's address  730 h x 0.005          (2026-09-23)       3.65
#   registry           730/24 days x 0.1666   (2026-09-23)       5.0674
#   MySQL B1ms         730 h x 0.022          (2025-07-04)      16.06   westus's price
#   MySQL storage      20 GB x 0.138          (2025-07-04)       2.76   westus's price
#                                                        sum:   49.4374
# For each node, 730 h of a D4s v5 (2026-06-18) and a P10 disk (2026-09-23); and
# 50 + 50 + 100 GB of blobs (2026-09-23); in the LLM stack an E4 disk (2026-09-23).
BY_HAND = [
    # westeurope: node 730 x 0.23 = 167.90, disk 21.68: 189.58; blobs 200 x 0.0196 = 3.92
    #   49.4374 + 3.92 + 189.58 = 242.9374; and 2 x 189.58 = 379.16 more: 622.0974
    ("westeurope", DEFAULT, "242.94", "622.10"),
    ("westeurope", LLM, "245.34", "624.50"),  # + 2.40
    # eastus: node 730 x 0.192 = 140.16, disk 19.71: 159.87; blobs 200 x 0.0208 = 4.16
    #   49.4374 + 4.16 + 159.87 = 213.4674; and 2 x 159.87 = 319.74 more: 533.2074
    ("eastus", DEFAULT, "213.47", "533.21"),
    ("eastus", LLM, "215.87", "535.61"),  # + 2.40
    # northeurope: node 730 x 0.214 = 156.22, disk 19.71: 175.93; blobs 200 x 0.022 = 4.40
    #   49.4374 + 4.40 + 175.93 = 229.7674; and 2 x 175.93 = 351.86 more: 581.6274
    ("northeurope", DEFAULT, "229.77", "581.63"),
    ("northeurope", LLM, "232.17", "584.03"),  # + 2.40
    # uksouth: node 730 x 0.222 = 162.06, disk 23.848: 185.908; blobs 200 x 0.0192 = 3.84
    #   49.4374 + 3.84 + 185.908 = 239.1854; and 2 x 185.908 = 371.816 more: 611.0014
    ("uksouth", DEFAULT, "239.19", "611.00"),
    ("uksouth", LLM, "241.83", "613.64"),  # + 2.64
    # westus: node 730 x 0.224 = 163.52, disk 19.71: 183.23; blobs 200 x 0.0208 = 4.16
    #   49.4374 + 4.16 + 183.23 = 236.8274; and 2 x 183.23 = 366.46 more: 603.2874
    ("westus", DEFAULT, "236.83", "603.29"),
    ("westus", LLM, "239.23", "605.69"),  # + 2.40
    # swedencentral: node 730 x 0.204 = 148.92, disk 21.68: 170.60; blobs 200 x 0.0184 = 3.68
    #   49.4374 + 3.68 + 170.60 = 223.7174; and 2 x 170.60 = 341.20 more: 564.9174
    ("swedencentral", DEFAULT, "223.72", "564.92"),
    ("swedencentral", LLM, "226.12", "567.32"),  # + 2.40
]


def cost_of(stack: tuple[str, ...], region: str) -> Estimate:
    return estimate(items_of(stack), region, read_snapshot())


@pytest.mark.parametrize(("region", "stack", "at_least", "at_most"), BY_HAND)
def test_a_stack_costs_what_it_does_by_hand(
    region: str, stack: tuple[str, ...], at_least: str, at_most: str
):
    monthly = cost_of(stack, region).monthly
    assert str(monthly.at_least.quantize(CENT)) == at_least
    assert str(monthly.at_most.quantize(CENT)) == at_most


def test_every_line_is_what_it_is_by_hand():
    lines = {
        line.item.item: (str(line.monthly.at_least.quantize(CENT)), line.price.as_of)
        for line in cost_of(LLM, "westeurope").lines
        if line.monthly is not None and line.price is not None
    }
    assert lines == {
        "Control plane without an uptime promise": ("0.00", None),
        "Nodes": ("167.90", date(2026, 6, 18)),
        "Nodes' disks (128 GB each)": ("21.68", date(2026, 9, 23)),
        "Load balancer": ("18.25", date(2026, 10, 3)),
        "Public address of the cluster's outgoing traffic": ("3.65", date(2026, 9, 23)),
        "Public address of the gateway": ("3.65", date(2026, 9, 23)),
        "Container registry (Basic, 10 GB)": ("5.07", date(2026, 9, 23)),
        "MySQL server": ("16.06", date(2025, 7, 4)),
        "MySQL storage": ("2.76", date(2025, 7, 4)),
        "Pipelines' artifacts (50 GB)": ("0.98", date(2026, 9, 23)),
        "Runs' files and models (50 GB)": ("0.98", date(2026, 9, 23)),
        "Data and models (100 GB)": ("1.96", date(2026, 9, 23)),
        "Chroma's disk (32 GB)": ("2.40", date(2026, 9, 23)),
    }


def test_the_standard_tier_costs_ten_cents_an_hour():
    standard = estimate(items_of(sku_tier="Standard"), "westeurope", read_snapshot())
    more = standard.monthly - cost_of(DEFAULT, "westeurope").monthly
    assert more == Span(Decimal(73), Decimal(73))
    assert standard.hourly.at_least.quantize(CENT) == Decimal("0.43")  # 315.94 / 730


def test_nodes_with_a_gpu_count_at_most_only():
    items = items_of(gpu_node_size="Standard_D8s_v5", gpu_node_maximum=2)
    more = (
        estimate(items, "westeurope", read_snapshot()).monthly
        - cost_of(DEFAULT, "westeurope").monthly
    )
    assert more.at_least == 0
    assert more.at_most == Decimal("714.96")  # 2 x (730 x 0.46 + 21.68)


def test_a_price_of_another_region_is_called_an_estimate():
    elsewhere, at_home = cost_of(DEFAULT, "westeurope"), cost_of(DEFAULT, "westus")
    estimated = [line.item.owner for line in elsewhere.lines if line.price and line.price.estimated]
    assert estimated == ["Database", "Database"]
    assert elsewhere.estimated
    assert elsewhere.complete
    assert not at_home.estimated


@pytest.mark.parametrize("sku", ["Standard_NC4as_T4_v3", "GP_Standard_D2ds_v4", "nonsense"])
def test_what_nobody_knows_has_no_price_instead_of_none_to_pay(sku: str):
    items = (*items_of(), CostItem("Cluster", "Something", sku, "hour", 1, 1))
    cost = estimate(items, "westeurope", read_snapshot())
    assert cost.lines[-1].price is None
    assert cost.lines[-1].monthly is None
    assert not cost.complete
    assert cost.monthly == cost_of(DEFAULT, "westeurope").monthly
    assert [share.owner for share in cost.shares if not share.complete] == ["Cluster"]


def test_a_region_without_prices_has_no_total():
    assert not cost_of(DEFAULT, "newzealandnorth").complete
    assert not cost_of(DEFAULT, "nowhere").complete


def test_a_price_by_another_unit_does_not_count():
    item = CostItem("DVC", "Disk", "P10", "hour", 1, 1)
    assert estimate([item], "westeurope", read_snapshot()).lines[0].monthly is None


def test_nothing_costs_nothing():
    nothing = estimate([], "westeurope", read_snapshot())
    assert nothing.complete
    assert nothing.monthly.at_most == 0


amounts = st.decimals(min_value=0, max_value=1000, places=6)
many_tiers = st.dictionaries(
    st.integers(0, 10**6).map(Decimal), amounts, min_size=1, max_size=5
).map(lambda prices: tuple(Tier(minimum, prices[minimum]) for minimum in sorted(prices)))


@given(many_tiers, st.integers(0, 10**7), st.integers(0, 10**7))
def test_tiers_add_up_and_more_never_costs_less(tiers: tuple[Tier, ...], one: int, other: int):
    less, more = sorted((Decimal(one), Decimal(other)))
    prices = [tier.price for tier in tiers]
    assert tiered_cost(tiers, less) <= tiered_cost(tiers, more)
    assert min(prices) * more <= tiered_cost(tiers, more) <= max(prices) * more
    assert tiered_cost(tiers, Decimal(0)) == 0


@given(many_tiers, st.integers(1, 10**6))
def test_one_unit_more_costs_the_price_of_its_tier(tiers: tuple[Tier, ...], units: int):
    reached = [tier for tier in tiers if tier.minimum < units] or [tiers[0]]
    step = tiered_cost(tiers, Decimal(units)) - tiered_cost(tiers, Decimal(units - 1))
    assert step == reached[-1].price


def test_a_cost_across_tiers_by_hand():
    tiers = (
        Tier(Decimal(0), Decimal("0.02")),
        Tier(Decimal(100), Decimal("0.01")),
        Tier(Decimal(300), Decimal("0.005")),
    )
    # 100 x 0.02 + 200 x 0.01 + 50 x 0.005
    assert tiered_cost(tiers, Decimal(350)) == Decimal("4.25")


SKUS = ["Standard_D4s_v5", "P10", "Blob Hot LRS", "MySQL Flexible B1ms", "nonsense"]


@st.composite
def some_items(draw: st.DrawFn) -> CostItem:
    least = draw(st.integers(0, 1000))
    return CostItem(
        draw(st.sampled_from(["Cluster", "MLflow", "DVC"])),
        draw(st.sampled_from(["Nodes", "Disk"])),
        draw(st.sampled_from(SKUS)),
        draw(st.sampled_from(sorted(UNITS_A_MONTH))),
        least,
        least + draw(st.integers(0, 1000)),
    )


@given(st.lists(some_items()), st.sampled_from([region.name for region in read_regions()]))
def test_the_total_is_the_sum_of_its_parts(items: list[CostItem], region: str):
    cost = estimate(items, region, read_snapshot())
    assert cost.monthly.at_least <= cost.monthly.at_most
    assert cost.monthly.at_least == sum(share.monthly.at_least for share in cost.shares)
    assert cost.monthly.at_most == sum(share.monthly.at_most for share in cost.shares)
    assert cost.complete == all(share.complete for share in cost.shares)
    assert sum(len(share.lines) for share in cost.shares) == len(items)


def test_prices_of_any_table_count():
    price = Price(
        "P10", "month", (Tier(Decimal(0), Decimal(7)),), PriceSource.LIVE, date(2026, 11, 22)
    )
    table = PriceTable("EUR", {"P10": {"westeurope": price}})
    cost = estimate([CostItem("DVC", "Disk", "P10", "month", 2, 3)], "westeurope", table)
    assert cost.currency == "EUR"
    assert cost.monthly == Span(Decimal(14), Decimal(21))
    assert cost.dates(PriceSource.LIVE) == (date(2026, 11, 22),)
