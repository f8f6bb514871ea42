"""Stopping and starting a whole stack on Azure: its cluster and its database."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.pricing.estimate import add_up, estimate
from matcha_tui.pricing.report import money_span
from matcha_tui.system.files import write_atomically
from matcha_tui.targets.azure.arm.power import (
    Machine,
    cluster_of,
    database_of,
    start_machines,
    stop_machines,
)
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.pricing.part import AzurePricing
from matcha_tui.targets.azure.remote_state.shared import sign_in_for
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec


def stop_stack(spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
    """Stop everything that is paid by the hour, and wait until it is stopped."""
    settings, machines = _find_machines(spec, flavors)
    stop_machines(sign_in_for(settings), machines, tell)
    write_atomically(spec.workspace.stopped_file, "")
    if saved := find_savings(spec):
        tell(f"while it is stopped, about {saved} a month less is paid")
    if len(machines) > 1:
        tell("Azure itself starts the database again after 30 days")


def start_stack(spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
    """Start it again, the database before what needs it, and wait until it runs."""
    settings, machines = _find_machines(spec, flavors)
    account = sign_in_for(settings)
    for machine in reversed(machines):
        start_machines(account, (machine,), tell)
    spec.workspace.stopped_file.unlink(missing_ok=True)


def find_savings(spec: StackSpec) -> str:
    """Return what a stopped stack costs less a month, by known prices; empty if unknown."""
    pricing, settings = AzurePricing(), AzureSettings.of(spec)
    paid = [item for item in pricing.items(spec) if item.ends_with_stop]
    try:
        prices = pricing.load(spec, offline=True)
    except MatchaError:
        return ""
    found = estimate(paid, settings.location, prices.table)
    total = add_up(found.lines)
    return money_span(replace(total, at_most=total.at_least), found.currency) if paid else ""


def _find_machines(
    spec: StackSpec, flavors: Sequence[str]
) -> tuple[AzureSettings, tuple[Machine, ...]]:
    if flavors and {flavor.name for flavor in spec.flavors} - set(flavors):
        raise MatchaError(
            "on Azure all components run on one cluster, which is stopped and started as a whole",
            hint="Leave out the component.",
            exit_code=ExitCode.USAGE,
        )
    settings, needs = AzureSettings.of(spec), collect_needs(spec.flavors)
    names = settings.names
    group = f"/subscriptions/{settings.subscription_id}/resourceGroups/{names.resource_group}"
    known = {
        "cluster": cluster_of(group, names.cluster),
        "database": database_of(group, names.database),
    }
    machines = tuple(machine for need, machine in known.items() if need in needs)
    if not machines:
        raise MatchaError(
            "nothing of this stack is paid by the hour, so there is nothing to stop",
            hint="`matcha destroy` takes it down.",
            exit_code=ExitCode.REFUSED,
        )
    return settings, machines
