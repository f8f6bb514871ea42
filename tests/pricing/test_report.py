import json
from decimal import Decimal

from matcha_tui.pricing.estimate import CostItem, Estimate, Span, estimate
from matcha_tui.pricing.report import as_json, money, money_span, origin
from matcha_tui.targets.azure.pricing.loading import read_snapshot
from tests.targets.azure.pricing.stacks import items_of

UNKNOWN = CostItem("Cluster", "Something", "nonsense", "hour", 1, 2)


def cost_of(*more: CostItem, region: str = "westeurope") -> Estimate:
    return estimate((*items_of(), *more), region, read_snapshot())


def test_a_script_reads_totals_modules_and_items():
    read = json.loads(json.dumps(as_json(cost_of())))
    assert (read["region"], read["currency"], read["complete"]) == ("westeurope", "USD", True)
    assert read["estimated"] is True
    assert read["month"] == {"at_least": 242.937417, "at_most": 622.097417}
    assert read["hour"] == {"at_least": 0.332791, "at_most": 0.852188}  # the month by 730
    cluster = read["modules"][0]
    assert cluster["title"] == "Cluster"
    nodes = next(item for item in cluster["items"] if item["item"] == "Nodes")
    assert nodes == {
        "item": "Nodes",
        "sku": "Standard_D4s_v5",
        "unit": "hour",
        "quantity": {"at_least": 1, "at_most": 3},
        "source": "snapshot",
        "as_of": "2026-06-18",
        "estimated": False,
        "tiers": [{"minimum": 0.0, "price": 0.23}],
        "hour": {"at_least": 0.23, "at_most": 0.69},
        "month": {"at_least": 167.9, "at_most": 503.7},
    }


def test_a_script_sees_what_has_no_price():
    read = as_json(cost_of(UNKNOWN))
    assert read["complete"] is False
    item = read["modules"][0]["items"][-1]
    assert (item["source"], item["as_of"], item["month"], item["tiers"]) == (None, None, None, [])
    assert read["modules"][0]["complete"] is False


def test_people_are_told_where_prices_are_from():
    assert origin(cost_of(region="westus")) == (
        "Prices of 4 July 2025 to 3 October 2026, which came with matcha."
    )
    assert origin(cost_of()).endswith(
        "Estimated by another region's price: MySQL server, MySQL storage."
    )
    assert origin(cost_of(UNKNOWN)).endswith(
        "No price is known for: Something; the total is incomplete."
    )


def test_amounts_are_written_with_their_currency():
    assert money(Decimal("1234.5"), "EUR") == "1,234.50 EUR"
    assert money_span(Span(Decimal("2.4"), Decimal("2.4")), "USD") == "2.40 USD"
    assert money_span(Span(Decimal("242.94"), Decimal(622)), "USD") == "242.94 to 622.00 USD"
