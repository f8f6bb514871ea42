"""Starting a service so that it is known to be healthy, and stopping it for good."""

import time
from collections.abc import Callable

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import HttpCheck
from matcha_tui.services.health import find_http_problem
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.leader import Leader, living_leader, read_leader
from matcha_tui.services.logs import tail
from matcha_tui.services.narration import report_line
from matcha_tui.services.ports import describe_holder, is_free
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.supervisor import end, is_supervised, launch

_LOG_LINES = 20
_FIRST_POLL_SECONDS = 0.05
_LAST_POLL_SECONDS = 0.25
_NARRATION_SECONDS = 5
_DEFAULT_STOP_SECONDS = 10.0


def start(service: Service, tell: Callable[[str], None] = report_line) -> None:
    """Start a service and wait until it is healthy; one that runs as it should is left alone.

    Args:
        service: Which one.
        tell: Called with what is done, a line at a time.
    """
    folder = service.folder
    folder.stopped.unlink(missing_ok=True)
    if service.server is None or not isinstance(service.check, HttpCheck):
        return
    leader = living_leader(folder)
    if leader is None or leader.fingerprint != service.fingerprint:
        stop(folder)
        _require_free_ports(service)
    log_start = folder.log.stat().st_size if folder.log.exists() else 0
    began = time.monotonic()
    try:
        launch(folder)
        _wait_until_healthy(service, service.check, tell)
    except MatchaError:
        for line in tail(folder.log, _LOG_LINES, log_start):
            tell(f"{folder.flavor} | {line}")
        stop(folder)
        raise
    seconds = time.monotonic() - began
    tell(f"{folder.flavor}: healthy at {service.url} after {seconds:.1f} s")


def stop(folder: FlavorFolder) -> None:
    """Stop a service and whatever is left of it, with or without a supervisor."""
    try:
        server = load_service(folder).server
        seconds = server.stop_seconds if server else 0.0
    except MatchaError:  # never prepared, or damaged: it is to be stopped all the same
        seconds = _DEFAULT_STOP_SECONDS
    end(folder, seconds)


def _require_free_ports(service: Service) -> None:
    for setting, port in service.ports.items():
        if not is_free(port):
            raise _port_is_taken(service, setting, port)


def _port_is_taken(service: Service, setting: str, port: int) -> MatchaError:
    return MatchaError(
        f"{service.folder.flavor}: port {port} is taken by {describe_holder(port)}",
        hint=f"End that program, or choose another {setting} for {service.folder.flavor}.",
    )


def _wait_until_healthy(service: Service, check: HttpCheck, tell: Callable[[str], None]) -> None:
    folder = service.folder
    began = told = time.monotonic()
    first: Leader | None = None
    while True:
        leader = read_leader(folder)
        first = first or leader
        has_ended = leader is not None and (leader != first or not leader.process.is_alive())
        if has_ended or not is_supervised(folder):
            raise _ended(service)
        problem = find_http_problem(check) if leader else "not started yet"
        if problem is None and living_leader(folder) == leader:
            return
        now = time.monotonic()
        if now - began > check.start_seconds:
            raise MatchaError(
                f"{folder.flavor} was not healthy within {check.start_seconds:g} s: {problem}",
                hint=f"Its log is {folder.log}.",
            )
        if now - told > _NARRATION_SECONDS:
            told = now
            tell(f"{folder.flavor}: waiting for {check.url}, {now - began:.0f} s")
        time.sleep(min(_FIRST_POLL_SECONDS + (now - began) / 20, _LAST_POLL_SECONDS))


def _ended(service: Service) -> MatchaError:
    stop(service.folder)  # so that whoever has a port now is somebody else
    for setting, port in service.ports.items():
        if not is_free(port):
            return _port_is_taken(service, setting, port)
    return MatchaError(
        f"{service.folder.flavor} ended while it was starting",
        hint=f"What it said last is above; its log is {service.folder.log}.",
    )
