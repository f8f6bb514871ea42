"""What a project costs a month, by its module.toml files and its target's price list."""

import os
from collections.abc import Mapping

from matcha_tui.selection import Project
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.prices.difference import compare
from matcha_tui.targets.azure.prices.estimate import Estimate, Span, estimate
from matcha_tui.targets.azure.prices.items import CostItem, collect_items, read_foundation_costs
from matcha_tui.targets.azure.prices.loading import Prices
from matcha_tui.targets.azure.prices.loading import load_prices as load
from matcha_tui.targets.azure.prices.ranking import RegionRow, rank_regions
from matcha_tui.targets.azure.prices.regions import read_regions
from matcha_tui.targets.azure.prices.report import money, money_span
from matcha_tui.targets.azure.settings import azure_values
from matcha_tui.targets.azure.target import AZURE

_FOUNDATION_COSTS = "azure/foundation/costs.toml"


def is_paid(project: Project) -> bool:
    """Say whether anything that the project builds has a price."""
    return project.config.target == AZURE.name


def cost_items(project: Project) -> tuple[CostItem, ...]:
    """Return what a project is billed for; nothing on this machine.

    Args:
        project: What would be built.

    Raises:
        MatchaError: If a table of costs is faulty.
    """
    if not is_paid(project):
        return ()
    foundation = read_foundation_costs(project.catalog.directory / _FOUNDATION_COSTS)
    needs = collect_needs(project.flavors)
    return collect_items(project.flavors, foundation, _values(project), needs)


def load_prices(project: Project, *, offline: bool = False) -> Prices:
    """Get the prices of what a project needs, in every region; this may ask the network.

    Args:
        project: What would be built.
        offline: Whether to make do with what is on this machine.
    """
    skus = {item.sku for item in cost_items(project)}
    currency = str(_values(project)["currency"])
    return load(skus, currency, os.environ, offline=offline)


def estimate_cost(project: Project, prices: Prices, location: str = "") -> Estimate:
    """Estimate what a project costs.

    Args:
        project: What would be built.
        prices: What things cost.
        location: A region; by default the one that is set.
    """
    region = location or str(_values(project)["location"])
    return estimate(cost_items(project), region, prices.table)


def cost_by_region(project: Project, prices: Prices) -> tuple[RegionRow, ...]:
    """Return every region with what the project would cost there.

    Args:
        project: What would be built.
        prices: What things cost.
    """
    location = str(_values(project)["location"])
    return rank_regions(cost_items(project), prices.table, read_regions(), location)


def node_counts(project: Project) -> tuple[int, int]:
    """Return how many machines a project runs at least and at most.

    Args:
        project: What would be built.
    """
    values = _values(project)
    return int(values["node_minimum"]), int(values["node_maximum"])


def exceeded_limit(project: Project, found: Estimate) -> str:
    """Say by how much a project may cost more than its user wants to spend.

    Args:
        project: Its setting ``monthly_limit`` counts.
        found: What it costs, with the most nodes.

    Returns:
        One sentence without a full stop; empty when it is within the limit, when there
        is none, and when the prices are in another currency than the limit.
    """
    values = _values(project)
    limit = values["monthly_limit"]
    if not isinstance(limit, int) or limit == 0 or found.currency != values["currency"]:
        return ""
    if found.monthly.at_most <= limit:
        return ""
    amount = money_span(found.monthly, found.currency)
    return f"the stack costs {amount} a month, and monthly_limit is {limit:,} {found.currency}"


def tell_difference(before: Project, after: Project) -> str:
    """Say in a sentence what a change does to a month's cost, by the prices that are here.

    Args:
        before: As it was.
        after: As it is now.

    Returns:
        The sentence; empty where there is nothing to pay.
    """
    if not is_paid(after):
        return ""
    now = estimate_cost(after, load_prices(after, offline=True))
    sentence = f"It costs {money_span(now.monthly, now.currency)} a month"
    changed = compare(estimate_cost(before, load_prices(before, offline=True)), now)
    if changed is None or not changed.changes:
        return f"{sentence}."
    return f"{sentence} ({_signed(changed.monthly, changed.currency)})."


def _signed(span: Span, currency: str) -> str:
    """Write a difference: ``+2.40 USD``."""
    low, high = span.at_least, span.at_most
    if low == high:
        return f"{'+' if low >= 0 else '-'}{money(abs(low), currency)}"
    return f"{low:+,.2f} to {high:+,.2f} {currency}"


def _values(project: Project) -> Mapping[str, SettingValue]:
    return azure_values(project.config.settings)
