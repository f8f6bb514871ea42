"""Stops and starts what a stack pays for by the hour: the cluster's machines and the database.

The operations are those of AKS (managedClusters/stop, /start) and of Azure Database for MySQL
(flexibleServers/stop, /start). Azure itself starts a database again after 30 days.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, ResourceManager
from matcha_tui.targets.azure.auth.account import Account

_BUSY = ("Stopping", "Starting", "Updating", "Creating", "Deleting", "Upgrading")
_STOPPED, _RUNNING = "Stopped", "Running"
_NARRATION_SECONDS = 30.0
_PATIENCE = 3  # times as long as for a resource to be made: a cluster drains its machines


@dataclass(frozen=True, slots=True)
class Machine:
    """One thing that can be stopped.

    Attributes:
        title: For people.
        path: Its ID.
        api_version: Of what is asked of it.
        read_state: Returns whether it is stopped, running, or busy, from what Azure says of it.
    """

    title: str
    path: str
    api_version: str
    read_state: Callable[[Json], str]


def cluster_of(group_path: str, name: str) -> Machine:
    """Return the cluster of a resource group."""
    path = f"{group_path}/providers/Microsoft.ContainerService/managedClusters/{name}"
    return Machine("the cluster", path, "2024-09-01", _read_cluster)


def database_of(group_path: str, name: str) -> Machine:
    """Return the MySQL server of a resource group."""
    path = f"{group_path}/providers/Microsoft.DBforMySQL/flexibleServers/{name}"
    return Machine("the database", path, "2023-12-30", _read_database)


def stop_machines(
    account: Account, machines: tuple[Machine, ...], tell: Callable[[str], None]
) -> None:
    """Stop what is there and runs, side by side, and wait until it is stopped."""
    _switch(account, machines, "stop", _STOPPED, tell)


def start_machines(
    account: Account, machines: tuple[Machine, ...], tell: Callable[[str], None]
) -> None:
    """Start what is there and is stopped, side by side, and wait until it runs."""
    _switch(account, machines, "start", _RUNNING, tell)


def _switch(
    account: Account,
    machines: tuple[Machine, ...],
    act: str,
    wanted: str,
    tell: Callable[[str], None],
) -> None:
    def switch(machine: Machine) -> MatchaError | None:
        try:
            with ResourceManager(account) as manager:
                _switch_one(manager, machine, act, wanted, account.cloud.timeouts.poll, tell)
        except MatchaError as error:
            return error
        return None

    with ThreadPoolExecutor(max_workers=len(machines)) as executor:
        errors = [error for error in executor.map(switch, machines) if error]
    if errors:
        raise errors[0]


def _switch_one(
    manager: ResourceManager,
    machine: Machine,
    act: str,
    wanted: str,
    poll: float,
    tell: Callable[[str], None],
) -> None:
    began = told = time.monotonic()
    asked = False
    while (found := manager.find(machine.path, machine.api_version)) is not None:
        state = machine.read_state(found)
        if state == wanted:
            tell(f"{machine.title}: {wanted.lower()}")
            return
        if not asked and state not in _BUSY:
            manager.post(f"{machine.path}/{act}", machine.api_version)
            tell(f"{machine.title}: asked to {act}")
            asked = True
        now = time.monotonic()
        if now - began > _PATIENCE * manager.account.cloud.timeouts.creation:
            waited = f"after {now - began:.0f} s: it is {state}"
            raise MatchaError(
                f"{machine.title} was not {wanted.lower()} {waited}",
                hint=f"Azure goes on by itself; run `matcha {act}` again to wait for it.",
            )
        if now - told > _NARRATION_SECONDS:
            told = now
            tell(f"{machine.title}: {state.lower()}, {now - began:.0f} s")
        time.sleep(poll)


def _read_cluster(found: Mapping[str, Any]) -> str:
    properties = found.get("properties", {})
    state = str(properties.get("provisioningState", ""))
    if state in _BUSY:
        return state
    return str(properties.get("powerState", {}).get("code", ""))


def _read_database(found: Mapping[str, Any]) -> str:
    state = str(found.get("properties", {}).get("state", ""))
    return _RUNNING if state == "Ready" else state
