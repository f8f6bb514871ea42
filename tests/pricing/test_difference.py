from decimal import Decimal

from matcha_tui.pricing.difference import Difference, compare
from matcha_tui.pricing.estimate import CostItem, Estimate, Span, estimate
from matcha_tui.targets.azure.pricing.loading import read_snapshot
from tests.targets.azure.pricing.stacks import DEFAULT, LLM, items_of

UNKNOWN = CostItem("Cluster", "Something", "nonsense", "hour", 1, 1)


def cost_of(items: tuple[CostItem, ...], region: str = "westeurope") -> Estimate:
    return estimate(items, region, read_snapshot())


def change(before: Estimate, after: Estimate) -> Difference:
    difference = compare(before, after)
    assert difference is not None
    return difference


def span(at_least: str, at_most: str) -> Span:
    return Span(Decimal(at_least), Decimal(at_most))


def test_a_module_more_costs_what_it_brings():
    difference = change(cost_of(items_of(DEFAULT)), cost_of(items_of(LLM)))
    assert [(one.owner, one.before, one.after) for one in difference.changes] == [
        ("Chroma", None, span("2.4", "2.4"))
    ]
    assert difference.monthly == span("2.4", "2.4")
    assert difference.complete


def test_a_module_less_gives_back_what_it_cost():
    difference = change(cost_of(items_of(LLM)), cost_of(items_of(DEFAULT)))
    assert difference.monthly == span("-2.4", "-2.4")
    assert difference.changes[0].after is None


def test_a_setting_changes_one_end_and_the_other_not():
    difference = change(cost_of(items_of()), cost_of(items_of(node_maximum=4)))
    assert {one.item for one in difference.changes} == {"Nodes", "Nodes' disks (128 GB each)"}
    assert difference.monthly == span("0", "189.58")  # 730 x 0.23 + 21.68


def test_another_region_changes_what_has_another_price():
    items = items_of()
    difference = change(cost_of(items), cost_of(items, "eastus"))
    before, after = cost_of(items).monthly, cost_of(items, "eastus").monthly
    assert difference.monthly == after - before
    assert "Load balancer" not in {one.item for one in difference.changes}


def test_nothing_changes_between_the_same():
    items = (*items_of(), UNKNOWN)
    assert change(cost_of(items), cost_of(items)).changes == ()


def test_what_has_no_price_makes_a_difference_incomplete():
    difference = change(cost_of(items_of()), cost_of((*items_of(), UNKNOWN)))
    assert [one.monthly for one in difference.changes] == [None]
    assert not difference.complete
    assert difference.monthly == span("0", "0")
    assert not change(cost_of((UNKNOWN,)), cost_of((UNKNOWN,), "eastus")).complete


def test_what_is_free_is_still_seen_to_come():
    items = items_of()
    free = next(item for item in items if item.sku == "AKS Free")
    difference = change(cost_of(()), cost_of((free,)))
    assert [one.monthly for one in difference.changes] == [span("0", "0")]


def test_estimates_in_two_currencies_cannot_be_compared():
    dollars = cost_of(items_of())
    assert compare(dollars, Estimate("westeurope", "EUR", dollars.lines)) is None
