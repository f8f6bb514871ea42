import json
from datetime import datetime
from decimal import Decimal

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Price
from matcha_tui.targets.azure.pricing.entries import PriceEntry, read_entry, select_prices
from matcha_tui.targets.azure.pricing.loading import snapshot_prices
from matcha_tui.targets.azure.pricing.sku import Sku, find_sku
from tests.targets.azure.pricing.price_server import ENTRIES


def read(answers: object) -> list[PriceEntry]:
    exact = json.loads(json.dumps(answers), parse_float=Decimal)
    return [read_entry(answer) for answer in exact]


def known(name: str) -> Sku:
    sku = find_sku(name)
    assert sku is not None
    return sku


def select(name: str, now: datetime) -> dict[str, Price]:
    """Select among everything, so that no filter of the server's helps."""
    return select_prices(known(name), read(ENTRIES), now)


def first_prices(name: str, now: datetime) -> dict[str, str]:
    return {region: str(price.tiers[0].price) for region, price in select(name, now).items()}


@pytest.mark.parametrize(
    ("sku", "prices"),
    [
        ("Standard_D4s_v5", {"westeurope": "0.23", "eastus": "0.192", "northeurope": "0.214"}),
        ("P10", {"westeurope": "21.68", "eastus": "19.71", "northeurope": "21.68"}),
        ("E6", {"westeurope": "4.8", "eastus": "4.8", "northeurope": "4.8"}),
        ("Blob Hot LRS", {"westeurope": "0.0196", "eastus": "0.0208", "northeurope": "0.022"}),
        ("ACR Basic", {"westeurope": "0.1666", "eastus": "0.1666", "northeurope": "0.1666"}),
        ("AKS Standard", {"westeurope": "0.1", "eastus": "0.1", "northeurope": "0.1"}),
        ("AKS Premium", {"westeurope": "0.6", "eastus": "0.6", "northeurope": "0.6"}),
        ("MySQL Flexible B1ms", {"westeurope": "0.0208", "eastus": "0.017"}),
        ("MySQL Flexible storage", {"westeurope": "0.137", "eastus": "0.115"}),
        ("Load Balancer Standard (Data Processed)", {"*": "0.005"}),
        (
            "Load Balancer Standard (Included LB Rules and Outbound Rules (first 5 rules))",
            {"*": "0.025"},
        ),
        (
            "Load Balancer Standard (Overage LB Rules and Outbound Rules (per extra rule))",
            {"*": "0.01"},
        ),
        (
            "Public IP Standard static IPv4",
            {"westeurope": "0.005", "eastus": "0.005", "northeurope": "0.005"},
        ),
    ],
)
def test_of_everything_with_the_same_name_only_what_is_meant_is_taken(
    sku: str, prices: dict[str, str], now: datetime
):
    assert first_prices(sku, now) == prices


def test_a_price_counts_from_its_date_on(now: datetime):
    before, after = now.replace(year=2023), now.replace(year=2028)
    assert first_prices("Standard_D4s_v5", before) == {"westeurope": "0.19"}
    assert first_prices("Standard_D4s_v5", after)["westeurope"] == "0.3"


def test_tiers_are_put_in_order(now: datetime):
    tiers = select("Blob Hot LRS", now)["westeurope"].tiers
    assert [(str(tier.minimum), str(tier.price)) for tier in tiers] == [
        ("0.0", "0.0196"),
        ("51200.0", "0.0188"),
        ("512000.0", "0.018"),
    ]


def test_what_is_free_up_to_a_point_is_paid_for_from_there(now: datetime):
    price = select("Log Analytics ingestion", now)["eastus"]
    assert price.monthly(4) == 0
    assert price.monthly(15) == 23  # 10 GB above the free 5, at 2.30


def test_a_region_in_which_all_is_nothing_has_no_price(now: datetime):
    entries = [entry for entry in ENTRIES if entry["armSkuName"] == "Standard_D4s_v5"]
    nothing = [{**entry, "retailPrice": 0.0} for entry in entries]
    assert select_prices(known("Standard_D4s_v5"), read(nothing), now) == {}


def test_a_price_by_another_unit_is_no_price(now: datetime):
    entries = [entry for entry in ENTRIES if entry["meterName"] == "P10 LRS Disk"]
    yearly = [{**entry, "unitOfMeasure": "1/Year"} for entry in entries]
    assert select_prices(known("P10"), read(yearly), now) == {}


def test_every_thing_in_the_snapshot_can_be_found_in_the_price_list():
    for name, regions in snapshot_prices().items():
        sku = known(name)
        assert sku.free or sku.filter.endswith("priceType eq 'Consumption'")
        assert {price.unit for price in regions.values()} == {sku.unit}


def test_a_virtual_machine_that_is_not_in_the_snapshot_can_be_found_too():
    assert known("Standard_NC4as_T4_v3").filter == (
        "serviceName eq 'Virtual Machines' and armSkuName eq 'Standard_NC4as_T4_v3' "
        "and priceType eq 'Consumption'"
    )
    assert find_sku("nothing") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"retailPrice": None}, "retailPrice that is no number"),
        ({"retailPrice": "0.23"}, "retailPrice that is no number"),
        ({"retailPrice": True}, "retailPrice that is no number"),
        ({"retailPrice": -1.0}, "retailPrice that cannot be"),
        ({"retailPrice": 1e30}, "retailPrice that cannot be"),
        ({"meterName": 7}, "meterName that is no text"),
        ({"effectiveStartDate": "soon"}, "effectiveStartDate that is no date"),
    ],
)
def test_an_entry_that_is_none_is_named(change: dict[str, object], message: str):
    with pytest.raises(MatchaError, match=message):
        read([{**ENTRIES[0], **change}])


def test_an_entry_that_is_no_object_is_named():
    with pytest.raises(MatchaError, match="no object"):
        read(["entry"])
