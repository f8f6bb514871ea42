"""The stacks whose cost is known by hand, with the settings that azure proposes."""

from pathlib import Path

from matcha_tui.pricing.estimate import CostItem
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.pricing.items import (
    FoundationCost,
    collect_items,
    read_foundation_costs,
)
from matcha_tui.targets.azure.settings import AzureSettings

COSTS = Path(__file__).parents[4] / "terraform_modules" / "azure" / "foundation" / "costs.toml"
NEEDS = ("cluster", "database", "gateway")
SETTINGS: dict[str, SettingValue] = {
    "node_size": "Standard_D4s_v5",
    "node_minimum": 1,
    "node_maximum": 3,
    "gpu_node_size": "",
    "gpu_node_maximum": 0,
    "sku_tier": "Free",
    "database_sku": "B_Standard_B1ms",
    "database_storage_gb": 20,
}
DEFAULT = ("zenml", "mlflow", "dvc", "seldon")
LLM = (*DEFAULT, "chroma")


def azure_flavors(*names: str) -> list[Flavor]:
    flavors = [flavor for flavor in load_catalog().flavors if flavor.target == "azure"]
    return [flavor for flavor in flavors if flavor.name in names]


def foundation() -> tuple[FoundationCost, ...]:
    return read_foundation_costs(COSTS)


def items_of(
    names: tuple[str, ...] = DEFAULT,
    needs: tuple[str, ...] = NEEDS,
    **settings: SettingValue,
) -> tuple[CostItem, ...]:
    chosen = AzureSettings.read({**SETTINGS, **settings})
    return collect_items(azure_flavors(*names), foundation(), chosen, needs)
