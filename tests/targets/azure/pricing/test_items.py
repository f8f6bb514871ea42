from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.estimate import CostItem
from matcha_tui.pricing.price import UNITS_A_MONTH
from matcha_tui.targets.azure.pricing.items import (
    FoundationCost,
    collect_items,
    read_foundation_costs,
)
from matcha_tui.targets.azure.pricing.sku import find_sku
from matcha_tui.targets.azure.settings import AzureSettings
from tests.targets.azure.pricing.stacks import (
    LLM,
    azure_flavors,
    foundation,
    items_of,
)

COST = '[[cost]]\nitem = "Nodes"\nsku = "P10"\nunit = "month"\nquantity = 1\nwhen = "cluster"\n'


def skus(items: tuple[CostItem, ...]) -> dict[str, int]:
    return {item.sku: item.at_most for item in items}


def test_every_cost_of_our_modules_can_be_priced():
    flavors = azure_flavors(*LLM)
    assert len(flavors) == len(LLM)
    for item in items_of(LLM, sku_tier="Standard", gpu_node_size="Standard_D8s_v5"):
        sku = find_sku(item.sku)
        assert sku is not None, item
        assert sku.unit == item.unit, item
    for cost in foundation():
        assert cost.sku.startswith("setting:") or find_sku(cost.sku), cost
        assert cost.unit in UNITS_A_MONTH


def test_the_foundation_comes_first_and_modules_by_their_title():
    owners = list(dict.fromkeys(item.owner for item in items_of(LLM)))
    assert owners[:4] == ["Cluster", "Gateway", "Registry", "Database"]
    assert set(owners[4:]) == {"ZenML", "MLflow", "DVC", "Chroma"}


def test_only_what_is_needed_is_paid_for():
    assert {item.owner for item in items_of(("dvc",), needs=())} == {"DVC"}
    assert "Database" not in {item.owner for item in items_of(needs=("cluster", "gateway"))}


def test_settings_say_what_and_how_many():
    nodes = next(item for item in items_of(node_maximum=9) if item.item == "Nodes")
    assert nodes == CostItem("Cluster", "Nodes", "Standard_D4s_v5", "hour", 1, 9, True)
    assert skus(items_of(database_storage_gb=64))["MySQL Flexible storage"] == 64
    assert "MySQL Flexible B1ms" in skus(items_of())
    assert "GP_Standard_D2ds_v4" in skus(items_of(database_sku="GP_Standard_D2ds_v4"))


def test_the_control_plane_is_paid_for_in_its_standard_tier_only():
    assert "AKS Free" in skus(items_of())
    assert "AKS Standard" not in skus(items_of())
    assert "AKS Standard" in skus(items_of(sku_tier="Standard"))
    assert "AKS Free" not in skus(items_of(sku_tier="Standard"))


def test_nodes_with_a_gpu_cost_nothing_until_they_run():
    items = items_of(gpu_node_size="Standard_NC4as_T4_v3", gpu_node_maximum=2)
    gpu = [item for item in items if item.owner == "GPU nodes"]
    assert {(item.at_least, item.at_most) for item in gpu} == {(0, 2)}
    assert "Standard_NC4as_T4_v3" in skus(items)
    assert items_of(gpu_node_size="Standard_NC4as_T4_v3") == items_of()  # none may run


def test_a_maximum_below_the_minimum_counts_as_the_minimum():
    nodes = next(i for i in items_of(node_minimum=4, node_maximum=2) if i.item == "Nodes")
    assert (nodes.at_least, nodes.at_most) == (4, 4)


def test_a_setting_that_is_not_there_is_named():
    settings = AzureSettings.read({})
    for name in ("node_count", "tags"):
        nodes = FoundationCost("Nodes", "setting:node_size", "hour", name, None, "cluster")
        with pytest.raises(MatchaError, match=f"{name!r}, which is no setting"):
            collect_items([], [nodes], settings, ["cluster"])
    assert collect_items([], foundation(), settings, []) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "month"', 'unit = "fortnight"', "unit is 'fortnight', which is no unit"),
        ('when = "cluster"', 'when = "never"', "when is 'never'"),
        ('when = "cluster"', "", "when is missing"),
        ("quantity = 1", "quantity = 1.5", "quantity must be a whole number"),
        ("quantity = 1", "quantities = 1", "quantities is not a key"),
        ("[[cost]]", "[[costs]]", "costs is not a key"),
    ],
)
def test_a_faulty_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str):
    path = tmp_path / "costs.toml"
    path.write_text(COST.replace(old, new))
    with pytest.raises(MatchaError, match=message) as raised:
        read_foundation_costs(path)
    assert str(path) in raised.value.message
