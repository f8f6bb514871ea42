"""``matcha cost``: what the stack costs, by module or by region."""

import json
from dataclasses import replace
from pathlib import Path

import click

from matcha_tui.commands.options import output_option, target_option
from matcha_tui.commands.project import open_project
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.pricing.estimate import CostLine, Estimate
from matcha_tui.pricing.price import Prices
from matcha_tui.pricing.ranking import RegionRow
from matcha_tui.pricing.report import as_json, money_span, origin
from matcha_tui.stack.stack import move_stack
from matcha_tui.targets.pricing_part import Pricing

_VERSION = 1
_NO_PRICE = "no price"


@click.command(epilog="Example: matcha cost --by-region")
@target_option("As if it were built there.")
@click.option("--location", help="As if it were built in this region.")
@click.option("--by-region", is_flag=True, help="One line a region, the cheapest first.")
@click.option("--offline", is_flag=True, help="Ask no price list; take the prices that are here.")
@output_option()
def cost(
    target: str | None, location: str | None, by_region: bool, offline: bool, form: str
) -> None:
    """Say what the stack costs an hour and a month, by module; taxes and discounts aside."""
    project = open_project(Path.cwd(), target)
    if target is not None and target != project.config.target:
        stack = move_stack(project.catalog, project.stack, target)
        config = replace(project.config, target=target, stack=stack, settings={})
        project = replace(project, config=config)
    pricing, spec = project.target.pricing, project.spec
    if pricing is None:
        _print_nothing(project.target.name, form)
        return
    prices = pricing.load(spec, offline=offline)
    if prices.problem is not None:
        click.echo(f"matcha: warning: {prices.problem.message}", err=True)
    rows = pricing.rank(spec, prices) if by_region else ()
    if rows:
        _print_regions(rows, prices, form)
    else:
        region = _check_region(pricing, location or pricing.region(spec))
        _print_estimate(pricing.estimate(spec, prices, region), form)
        if form == "text" and pricing.machines(spec):
            click.echo(
                "Of two amounts the first is with the fewest machines, the second with the most.",
                err=True,
            )


def _print_nothing(target: str, form: str) -> None:
    if form == "json":
        _print_estimate(Estimate("", "USD", ()), form)
    else:
        click.echo(f"Nothing to pay on the target {target}.")


def _check_region(pricing: Pricing, region: str) -> str:
    if not pricing.region_setting:
        return ""
    if not region:
        raise MatchaError(
            f"{pricing.region_setting} is not set, and prices differ by region",
            hint="Give --location REGION, or --by-region for all of them.",
            exit_code=ExitCode.USAGE,
        )
    return choose_name("region", region, [found.name for found in pricing.regions()])


def _print_estimate(estimate: Estimate, form: str) -> None:
    if form == "json":
        click.echo(json.dumps({"version": _VERSION, **as_json(estimate)}, indent=2))
        return
    rows: list[tuple[str, str]] = []
    for share in estimate.shares:
        rows.append((share.owner, money_span(share.monthly, estimate.currency)))
        rows += [(f"  {line.item.item}", _amount(line, estimate.currency)) for line in share.lines]
    rows.append(("A month (730 hours)", money_span(estimate.monthly, estimate.currency)))
    rows.append(("An hour", money_span(estimate.hourly, estimate.currency)))
    width = max(len(name) for name, _ in rows)
    for name, amount in rows:
        click.echo(f"{name:<{width}}  {amount}")
    click.echo(origin(estimate), err=True)


def _amount(line: CostLine, currency: str) -> str:
    if line.monthly is None or line.price is None:
        return _NO_PRICE
    amount = money_span(line.monthly, currency)
    return f"{amount} (estimate)" if line.price.estimated else amount


def _print_regions(rows: tuple[RegionRow, ...], prices: Prices, form: str) -> None:
    currency = prices.table.currency
    if form == "json":
        regions = [_region_as_json(row) for row in rows]
        document = {"version": _VERSION, "currency": currency, "regions": regions}
        click.echo(json.dumps(document, indent=2))
        return
    for row in rows:
        amount = money_span(row.monthly, currency) if row.monthly else _NO_PRICE
        mark = f"  recommended: {row.reason}" if row.recommended else ""
        click.echo(f"{row.region.name:<20} {row.region.geography:<16} {amount}{mark}".rstrip())


def _region_as_json(row: RegionRow) -> dict[str, object]:
    month = row.monthly and {
        "at_least": float(round(row.monthly.at_least, 6)),
        "at_most": float(round(row.monthly.at_most, 6)),
    }
    return {
        "region": row.region.name,
        "title": row.region.display_name,
        "geography": row.region.geography,
        "month": month,
        "estimated": row.estimated,
        "recommended": row.recommended,
    }
