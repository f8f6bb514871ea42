"""Stops and starts what a stack pays for by the hour: its cluster and its database.

The operations are those of AKS (managedClusters/stop, /start) and of Azure Database for MySQL
(flexibleServers/stop, /start). Azure itself starts a database again after 30 days.
"""

import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.pricing.estimate import add_up, estimate
from matcha_tui.pricing.report import money_span
from matcha_tui.system.files import write_atomically
from matcha_tui.targets.azure.arm.resource_manager import Json, OnProgress, ResourceManager
from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.pricing_part import Pricing

_BUSY = ("Stopping", "Starting", "Updating", "Creating", "Deleting", "Upgrading")
_RUNNING = "Running"
_NARRATION_SECONDS = 30.0
_PATIENCE = 3  # times as long as for a resource to be made: a cluster drains its machines
_STATES = {"stop": "Stopped", "start": _RUNNING}


@dataclass(frozen=True, slots=True)
class Machine:
    """One thing that can be stopped."""

    title: str
    path: str  # its ID


def stop_stack(spec: StackSpec, flavors: Sequence[str], pricing: Pricing, tell: OnProgress) -> None:
    """Stop everything that is paid by the hour, and wait until it is stopped."""
    account, machines = _open(spec, flavors)
    _switch(account, machines, "stop", tell)
    write_atomically(spec.workspace.stopped_file, "")
    if saved := _find_savings(spec, pricing):
        tell(f"while it is stopped, about {saved} a month less is paid")
    if len(machines) > 1:
        tell("Azure itself starts the database again after 30 days")


def start_stack(spec: StackSpec, flavors: Sequence[str], tell: OnProgress) -> None:
    """Start it again, the database before what needs it, and wait until it runs."""
    account, machines = _open(spec, flavors)
    start_machines(account, machines, tell)
    spec.workspace.stopped_file.unlink(missing_ok=True)


def find_machines(settings: AzureSettings, needs: Collection[str]) -> tuple[Machine, ...]:
    """Return what a stack that needs this pays for by the hour."""
    names, providers = settings.names, f"{settings.group_path}/providers"
    cluster = f"{providers}/Microsoft.ContainerService/managedClusters/{names.cluster}"
    database = f"{providers}/Microsoft.DBforMySQL/flexibleServers/{names.database}"
    known = {
        "cluster": Machine("the cluster", cluster),
        "database": Machine("the database", database),
    }
    return tuple(machine for need, machine in known.items() if need in needs)


def start_machines(account: Account, machines: Sequence[Machine], tell: OnProgress) -> None:
    """Start machines, the last first, each once the one before runs."""
    for machine in reversed(machines):
        _switch(account, (machine,), "start", tell)


def _open(spec: StackSpec, flavors: Sequence[str]) -> tuple[Account, tuple[Machine, ...]]:
    if flavors and {flavor.name for flavor in spec.flavors} - set(flavors):
        raise MatchaError(
            "on Azure all components run on one cluster, which is stopped and started as a whole",
            hint="Leave out the component.",
            exit_code=ExitCode.USAGE,
        )
    settings = AzureSettings.of(spec)
    machines = find_machines(settings, collect_needs(spec.flavors))
    if not machines:
        raise MatchaError(
            "nothing of this stack is paid by the hour, so there is nothing to stop",
            hint="`matcha destroy` takes it down.",
            exit_code=ExitCode.REFUSED,
        )
    return sign_in(tenant_id=settings.tenant_id), machines


def _find_savings(spec: StackSpec, pricing: Pricing) -> str:
    """Return what a stopped stack costs less a month, by known prices; empty if unknown."""
    paid = [item for item in pricing.items(spec) if item.ends_with_stop]
    try:
        prices = pricing.load(spec, offline=True)
    except MatchaError:
        return ""
    found = estimate(paid, AzureSettings.of(spec).location, prices.table)
    total = add_up(found.lines)
    return money_span(replace(total, at_most=total.at_least), found.currency) if paid else ""


def _switch(account: Account, machines: Sequence[Machine], act: str, tell: OnProgress) -> None:
    """Stop or start what is there, side by side, and wait until that is done."""

    def switch(machine: Machine) -> MatchaError | None:
        try:
            with ResourceManager(account) as manager:
                _switch_one(manager, machine, act, tell)
        except MatchaError as error:
            return error
        return None

    with ThreadPoolExecutor(max_workers=len(machines)) as executor:
        errors = [error for error in executor.map(switch, machines) if error]
    if errors:
        raise errors[0]


def _switch_one(manager: ResourceManager, machine: Machine, act: str, tell: OnProgress) -> None:
    began = told = time.monotonic()
    desired, asked = _STATES[act], False
    while (found := manager.find(machine.path)) is not None:
        state = _read_state(found)
        if state == desired:
            tell(f"{machine.title}: {desired.lower()}")
            return
        if not asked and state not in _BUSY:
            manager.post(f"{machine.path}/{act}")
            tell(f"{machine.title}: asked to {act}")
            asked = True
        now = time.monotonic()
        if now - began > _PATIENCE * manager.timeouts.creation:
            waited = f"after {now - began:.0f} s: it is {state}"
            raise MatchaError(
                f"{machine.title} was not {desired.lower()} {waited}",
                hint=f"Azure goes on by itself; run `matcha {act}` again to wait for it.",
            )
        if now - told > _NARRATION_SECONDS:
            told = now
            tell(f"{machine.title}: {state.lower()}, {now - began:.0f} s")
        time.sleep(manager.timeouts.poll)


def _read_state(found: Json) -> str:
    """Return whether a machine is stopped, running, or busy."""
    properties = found.get("properties", {})
    if state := str(properties.get("state", "")):  # of a database
        return _RUNNING if state == "Ready" else state
    state = str(properties.get("provisioningState", ""))
    return state if state in _BUSY else str(properties.get("powerState", {}).get("code", ""))
