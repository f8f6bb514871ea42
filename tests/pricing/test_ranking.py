from dataclasses import replace
from decimal import Decimal

import pytest

from matcha_tui.pricing.estimate import Span
from matcha_tui.pricing.ranking import RegionRow, filter_regions, rank_regions
from matcha_tui.targets.azure.pricing.loading import read_regions, read_snapshot
from tests.targets.azure.pricing.stacks import items_of


def rank(location: str = "") -> tuple[RegionRow, ...]:
    return rank_regions(items_of(), read_snapshot(), read_regions(), location)


def names(rows: tuple[RegionRow, ...]) -> list[str]:
    return [row.region.name for row in rows]


def recommended(rows: tuple[RegionRow, ...]) -> tuple[str, str]:
    [row] = [row for row in rows if row.recommended]
    return row.region.name, row.reason


def test_every_region_is_there_and_the_cheapest_is_first():
    rows = rank()
    assert len(rows) == 58
    assert len(set(names(rows))) == 58
    prices = [row.monthly.at_least for row in rows if row.monthly is not None]
    assert prices == sorted(prices)
    assert len(prices) == 30
    assert all(row.monthly is None for row in rows[30:])


def test_each_is_compared_with_the_cheapest():
    rows = {row.region.name: row for row in rank()}
    assert rows["eastus2"].above_cheapest == Span(Decimal(0), Decimal(0))
    sweden, west = rows["swedencentral"].above_cheapest, rows["westeurope"].above_cheapest
    assert sweden is not None
    assert west is not None
    # 242.9374 - 223.7174 and 622.0974 - 564.9174, as worked out for the estimates
    assert west - sweden == Span(Decimal("19.22"), Decimal("57.18"))
    assert rows["newzealandnorth"].above_cheapest is None


@pytest.mark.parametrize(
    ("location", "region", "reason"),
    [
        (
            "westeurope",
            "swedencentral",
            "The cheapest region with availability zones in Europe.",
        ),
        ("westus", "eastus2", "The cheapest region with availability zones in the US."),
        ("jioindiawest", "centralindia", "The cheapest region with availability zones in Asia"),
        ("ukwest", "uksouth", "The cheapest region with availability zones in the UK."),
        ("", "eastus2", "The cheapest region with availability zones."),
        ("mexicocentral", "eastus2", "The cheapest region with availability zones."),
        ("nowhere", "eastus2", "The cheapest region with availability zones."),
    ],
)
def test_one_region_is_recommended_and_why(location: str, region: str, reason: str):
    name, sentence = recommended(rank(location))
    assert name == region
    assert sentence.startswith(reason)


def test_without_zones_the_cheapest_is_recommended():
    flat = [replace(region, zones=0) for region in read_regions()]
    rows = rank_regions(items_of(), read_snapshot(), flat, "westeurope")
    assert recommended(rows)[1] == "The cheapest region."


def test_without_prices_nothing_is_recommended():
    items = items_of(node_size="Standard_NC4as_T4_v3")
    rows = rank_regions(items, read_snapshot(), read_regions())
    assert not any(row.recommended for row in rows)
    assert names(rows) == sorted(names(rows))
    assert rank_regions(items, read_snapshot(), []) == ()


def test_what_azure_has_to_be_asked_is_open():
    assert {row.fits for row in rank()} == {None}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("westeu", {"westeurope"}),
        ("West Eu", {"westeurope"}),
        ("europe paris", set()),
        ("us north", {"northcentralus"}),
        ("FRANCE", {"francecentral", "francesouth"}),
        ("  us 3 ", {"westus3"}),
        ("nothing at all", set()),
        ("(", set()),
    ],
)
def test_what_is_typed_finds_regions(typed: str, found: set[str]):
    assert set(names(filter_regions(rank(), typed))) == found


def test_nothing_typed_keeps_every_region_in_order():
    assert filter_regions(rank(), " ") == rank()
