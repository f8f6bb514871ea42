"""What a stack costs by live prices, against sums done by hand from `entries.json`."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from matcha_tui.pricing.estimate import estimate
from matcha_tui.pricing.price import PriceSource
from matcha_tui.pricing.report import origin
from matcha_tui.targets.azure.pricing.loading import load_prices
from tests.azure_cloud.certificates import make_certificates
from tests.targets.azure.pricing.price_server import PlayedList, play_price_list
from tests.targets.azure.pricing.stacks import DEFAULT, LLM, items_of

# In both regions: load balancer 18.25, two addresses 7.30, registry 5.0674 a month: 30.6174.
BY_HAND = [
    # MySQL 730 x 0.0208 = 15.184 and 20 x 0.137 = 2.74; blobs 200 x 0.0196 = 3.92;
    # node 730 x 0.23 + 21.68 = 189.58: 242.0414; and 2 x 189.58 more: 621.2014
    ("westeurope", DEFAULT, "242.04", "621.20"),
    ("westeurope", LLM, "244.44", "623.60"),  # + 2.40, of the snapshot: the list lacks E4
    # MySQL 730 x 0.017 = 12.41 and 20 x 0.115 = 2.30; blobs 200 x 0.0208 = 4.16;
    # node 730 x 0.192 + 19.71 = 159.87: 209.3574; and 2 x 159.87 more: 529.0974
    ("eastus", DEFAULT, "209.36", "529.10"),
    ("eastus", LLM, "211.76", "531.50"),
]


@pytest.mark.parametrize(("region", "stack", "at_least", "at_most"), BY_HAND)
def test_a_stack_costs_what_it_does_by_hand(
    price_list: PlayedList,
    tmp_path: Path,
    now: datetime,
    region: str,
    stack: tuple[str, ...],
    at_least: str,
    at_most: str,
):
    items = items_of(stack)
    environment = {"MATCHA_PRICES_URL": price_list.url, "XDG_CACHE_HOME": str(tmp_path)}
    prices = load_prices([item.sku for item in items], "USD", environment, now=now)
    assert prices.problem is None
    cost = estimate(items, region, prices.table)
    cent = Decimal("0.01")
    assert str(cost.monthly.at_least.quantize(cent)) == at_least
    assert str(cost.monthly.at_most.quantize(cent)) == at_most
    assert not cost.estimated
    assert cost.dates(PriceSource.LIVE) == (date(2026, 11, 22),)
    assert origin(cost).startswith("Azure's list prices of 22 November 2026.")
    assert ("came with matcha" in origin(cost)) == (stack is LLM)
    assert len(set(price_list.asked)) == len({item.sku for item in items}) - 1  # one is free


@pytest.mark.parametrize("is_trusted", [True, False])
def test_prices_come_over_https_from_a_list_that_is_trusted(
    tmp_path: Path, now: datetime, is_trusted: bool
):
    certificates = make_certificates(tmp_path, "127.0.0.1")
    items = items_of(DEFAULT)
    with play_price_list(certificates) as played:
        environment = {"MATCHA_PRICES_URL": played.url, "XDG_CACHE_HOME": str(tmp_path)}
        if is_trusted:
            environment["SSL_CERT_FILE"] = str(certificates.authority)
        prices = load_prices([item.sku for item in items], "USD", environment, now=now)
    cost = estimate(items, "westeurope", prices.table)
    if is_trusted:
        assert prices.problem is None
        assert cost.dates(PriceSource.LIVE) == (date(2026, 11, 22),)
    else:
        assert prices.problem is not None
        assert "certificate" in prices.problem.message
        assert cost.dates(PriceSource.LIVE) == ()
