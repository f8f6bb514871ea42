"""Every deployment of this user on this machine: how it is, and what has lost its folder."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from matcha_tui.deployed import format_count, health, is_deployed, read_decision
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.project.record import LayerState
from matcha_tui.project.register import Registered, read_register, unregister
from matcha_tui.selection import open_project
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.registry import TARGETS


class DeploymentState(StrEnum):
    """How a registered deployment is."""

    UP = "up"
    STOPPED = "stopped"
    ILL = "not well"
    LOST = "lost its folder"
    UNKNOWN = "cannot be read"


@dataclass(frozen=True, slots=True)
class FoundDeployment:
    """One deployment.

    Attributes:
        entry: What the register says of it.
        state: How it is.
        detail: One sentence; may be empty.
        health: Module type to what was found; empty where nobody could ask.
        running: The flavors whose processes run though the folder knows nothing of them.
    """

    entry: Registered
    state: DeploymentState
    detail: str = ""
    health: Mapping[str, ComponentHealth] | None = None
    running: tuple[str, ...] = ()


def list_deployments() -> tuple[FoundDeployment, ...]:
    """Look at every registered deployment, side by side.

    What has lost its folder and runs no more is forgotten.

    Returns:
        One answer a deployment, by folder.
    """
    entries = read_register()
    if not entries:
        return ()
    with ThreadPoolExecutor(max_workers=len(entries)) as executor:
        looked = list(executor.map(_look, entries))
    return tuple(found for found in looked if found is not None)


def end_lost(found: FoundDeployment) -> None:
    """End what runs of a deployment that has lost its folder, and forget it.

    Raises:
        MatchaError: If it has not lost its folder.
    """
    if found.state is not DeploymentState.LOST:
        raise MatchaError(
            f"{found.entry.folder} knows what is deployed from it",
            hint="Go there and run `matcha destroy`.",
            exit_code=ExitCode.REFUSED,
        )
    TARGETS[found.entry.target].end_lost(found.entry.workspace)
    unregister(found.entry.workspace)


def _look(entry: Registered) -> FoundDeployment | None:
    try:
        project = open_project(entry.folder)
        if not entry.workspace.directory.is_dir() or not is_deployed(project):
            return _look_for_lost(entry)
        asked = health(project)
    except MatchaError as error:
        return FoundDeployment(entry, DeploymentState.UNKNOWN, error.message)
    states = {item.state for item in asked.values()}
    state = DeploymentState.ILL
    if all(one.is_well for one in states):
        state = DeploymentState.UP
        servers = {item.state for item in asked.values() if item.url}
        if servers == {HealthState.STOPPED}:
            state = DeploymentState.STOPPED
    ill = [item for item in asked.values() if not item.state.is_well]
    detail = f"{ill[0].flavor}: {ill[0].detail}" if ill else ""
    decision = read_decision(project)
    if decision.build is not None and not decision.is_trusted:
        return FoundDeployment(entry, DeploymentState.ILL, decision.build.text, asked)
    if decision.state is LayerState.PARTIAL:
        count = f"partly built: {format_count(asked)}"
        return FoundDeployment(entry, DeploymentState.ILL, count, asked)
    return FoundDeployment(entry, state, detail, asked)


def _look_for_lost(entry: Registered) -> FoundDeployment | None:
    target = TARGETS[entry.target]
    running = target.find_lost(entry.workspace)
    if running:
        verb, them = ("runs", "it") if len(running) == 1 else ("run", "them")
        detail = f"{', '.join(running)} still {verb}; matcha ls --end-lost ends {them}"
        return FoundDeployment(entry, DeploymentState.LOST, detail, running=running)
    if target.state is None:
        unregister(entry.workspace)
        return None
    detail = "destroy it from another clone of the project, or in the cloud's own portal"
    return FoundDeployment(entry, DeploymentState.LOST, detail)
