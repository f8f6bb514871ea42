"""What a stack is going to be billed for: its modules' things, and those of what they stand on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.pricing.estimate import CostItem
from matcha_tui.pricing.price import UNITS_A_MONTH
from matcha_tui.stack.flavor import Flavor
from matcha_tui.system.toml_file import TomlTable, read_toml
from matcha_tui.targets.azure.pricing.sku import sku_of_setting
from matcha_tui.targets.azure.settings import AzureSettings

_SETTING = "setting:"
_OWNERS = {
    "always": "Resource group",
    "cluster": "Cluster",
    "free_tier": "Cluster",
    "standard_tier": "Cluster",
    "gpu": "GPU nodes",
    "registry": "Registry",
    "database": "Database",
    "gateway": "Gateway",
}
"""When a thing of the foundation is there, to whose it is."""


@dataclass(frozen=True, slots=True)
class FoundationCost:
    """One thing of the foundation that is paid for, before the settings are known."""

    item: str  # what it is, in the user's words
    sku: str  # what the price table calls it; `setting:node_size` for what a setting names
    unit: str  # what one of it is
    quantity: int | str  # how many of it, or the setting that says so
    at_most: int | str | None  # the same for the largest cluster; `None` if that changes nothing
    when: str  # a key of the table of owners: `always`, `gpu`
    ends_with_stop: bool = False  # whether nobody pays for it while the stack is stopped


def read_foundation_costs(path: Path) -> tuple[FoundationCost, ...]:
    """Read what the foundation costs."""
    table = read_toml(path)
    table.refuse_unknown(("cost",))
    return tuple(_read_cost(cost) for cost in table.tables("cost"))


def _read_cost(table: TomlTable) -> FoundationCost:
    table.refuse_unknown(("item", "sku", "unit", "quantity", "at_most", "when", "ends_with_stop"))
    unit, when = table.name("unit", "unit", UNITS_A_MONTH), table.name("when", "time", _OWNERS)
    at_most = _read_quantity(table, "at_most") if "at_most" in table.content else None
    return FoundationCost(
        table.text("item"),
        table.text("sku"),
        unit,
        _read_quantity(table, "quantity"),
        at_most,
        when,
        table.boolean("ends_with_stop", False),
    )


def _read_quantity(table: TomlTable, key: str) -> int | str:
    return table.text(key) if isinstance(table.content.get(key), str) else table.integer(key)


def collect_items(
    flavors: Iterable[Flavor],
    foundation: Iterable[FoundationCost],
    settings: AzureSettings,
    needs: Collection[str],
) -> tuple[CostItem, ...]:
    """List what a stack is going to be billed for: the foundation's items, then the modules'."""
    present = _present(settings, needs)
    below = [_item_of(cost, settings) for cost in foundation if cost.when in present]
    above = [
        CostItem(flavor.title, cost.item, cost.sku, cost.unit, cost.quantity, cost.quantity)
        for flavor in flavors
        for cost in flavor.costs
    ]
    return (*below, *above)


def _present(settings: AzureSettings, needs: Collection[str]) -> set[str]:
    present = {"always", *needs}
    if "cluster" in needs:
        present.add("registry")
        present.add("standard_tier" if settings.sku_tier == "Standard" else "free_tier")
        if settings.gpu_node_size and settings.gpu_node_maximum:
            present.add("gpu")
    return present


def _item_of(cost: FoundationCost, settings: AzureSettings) -> CostItem:
    at_least = int(_value(cost.quantity, settings))
    at_most = at_least if cost.at_most is None else int(_value(cost.at_most, settings))
    sku = cost.sku
    if sku.startswith(_SETTING):
        sku = sku_of_setting(str(_value(sku.removeprefix(_SETTING), settings)))
    owner, most = _OWNERS[cost.when], max(at_least, at_most)
    return CostItem(owner, cost.item, sku, cost.unit, at_least, most, cost.ends_with_stop)


def _value(given: int | str, settings: AzureSettings) -> str | int:
    """Return a number, or the value of the setting that is named."""
    value = given if isinstance(given, int) else getattr(settings, given, None)
    if not isinstance(value, str | int):
        raise MatchaError(f"the foundation's costs name {given!r}, which is no setting of azure")
    return value
