"""How the services of a project are, all asked at once."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.services.definition import DirectoryCheck, HttpCheck
from matcha_tui.services.layout import FlavorFolder, flavor_folders
from matcha_tui.services.leader import living_leader
from matcha_tui.services.service import load_service
from matcha_tui.services.supervisor import is_supervised
from matcha_tui.system.probe import Question, find_problem

_ANSWER_SECONDS = 1.0
_LONELY = "But nothing would start it again after a crash."


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How one service is, at one moment.

    Attributes:
        flavor: Which service.
        state: How it is.
        detail: One sentence about it.
        url: What was asked; ``None`` for a service that is only a folder.
        pid: Its process; ``None`` if it has none.
        supervised: Whether it would be started again after a crash.
        up_seconds: How long its process has lived; ``None`` if it has none.
    """

    flavor: str
    state: HealthState
    detail: str
    url: str | None = None
    pid: int | None = None
    supervised: bool = False
    up_seconds: float | None = None


def check_services(services_directory: Path) -> tuple[ServiceHealth, ...]:
    """Ask every prepared service how it is; takes about a second at the very most.

    Returns:
        One answer a service, by name.
    """
    folders = flavor_folders(services_directory)
    if not folders:
        return ()
    with ThreadPoolExecutor(max_workers=len(folders)) as executor:
        return tuple(executor.map(check_service, folders))


def check_service(folder: FlavorFolder) -> ServiceHealth:
    """Ask one service how it is."""
    try:
        service = load_service(folder)
    except MatchaError as error:
        return ServiceHealth(folder.flavor, HealthState.DOWN, f"{error.message}.")
    if isinstance(service.check, DirectoryCheck):
        return _check_directory(folder, Path(service.check.directory))
    return _check_server(folder, service.check)


def find_http_problem(check: HttpCheck) -> str | None:
    """Ask a server once, which answers within a second on this machine; ``None`` if it is well."""
    return find_problem(Question(check.url, check.expect, seconds=_ANSWER_SECONDS))


def _check_directory(folder: FlavorFolder, directory: Path) -> ServiceHealth:
    if not directory.is_dir():
        return ServiceHealth(folder.flavor, HealthState.DOWN, f"There is no folder {directory}.")
    if not os.access(directory, os.W_OK | os.X_OK):
        detail = f"Its folder {directory} cannot be written to."
        return ServiceHealth(folder.flavor, HealthState.UNHEALTHY, detail)
    return ServiceHealth(folder.flavor, HealthState.HEALTHY, f"Its folder is {directory}.")


def _check_server(folder: FlavorFolder, check: HttpCheck) -> ServiceHealth:
    leader = living_leader(folder)
    if leader is None and folder.stopped.exists():
        detail = "It was stopped; `matcha start` starts it."
        return ServiceHealth(folder.flavor, HealthState.STOPPED, detail, check.url)
    if leader is None:
        detail = f"It does not run; its log is {folder.log}."
        return ServiceHealth(folder.flavor, HealthState.DOWN, detail, check.url)
    problem = find_http_problem(check)
    up_seconds = leader.process.age
    supervised = is_supervised(folder)
    if problem is None:
        state = HealthState.HEALTHY
        detail = "It answers." if supervised else f"It answers. {_LONELY}"
    elif up_seconds < check.start_seconds:
        state, detail = HealthState.STARTING, f"It is starting: {problem}."
    else:
        state, detail = HealthState.UNHEALTHY, f"It runs, but {problem}; its log is {folder.log}."
    return ServiceHealth(
        folder.flavor, state, detail, check.url, leader.pid, supervised, up_seconds
    )
