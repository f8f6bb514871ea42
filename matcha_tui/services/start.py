"""Starting a service so that it is known to be healthy, upgraded if need be; and stopping it."""

import time
from collections.abc import Sequence

from matcha_tui.errors import MatchaError
from matcha_tui.services import upgrade
from matcha_tui.services.definition import HttpCheck
from matcha_tui.services.health import find_http_problem
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.leader import Leader, living_leader, read_leader
from matcha_tui.services.logs import tail
from matcha_tui.services.narration import Tell, report_line
from matcha_tui.services.ports import describe_holder, is_free
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.supervisor import RESTART_NOTE, end, is_supervised, launch
from matcha_tui.services.upgrade import Earlier
from matcha_tui.system.plain_text import clean_line

_LOG_LINES = 20
_LAST_WORDS = 200
_FIRST_POLL_SECONDS = 0.05
_LAST_POLL_SECONDS = 0.25
_NARRATION_SECONDS = 5
_DEFAULT_STOP_SECONDS = 10.0


def start(service: Service, tell: Tell = report_line) -> None:
    """Start a service and wait until it is healthy; one that runs as it should is left alone.

    Data that other packages have written is migrated first, and put back if that fails.

    Args:
        service: Which one.
        tell: Called with what is done, a line at a time.
    """
    folder = service.folder
    folder.stopped.unlink(missing_ok=True)
    if service.server is None or not isinstance(service.check, HttpCheck):
        return
    leader = living_leader(folder)
    earlier = upgrade.find_earlier(service)
    if leader is None or leader.fingerprint != service.fingerprint:
        stop(folder)
        _require_free_ports(service)
    try:
        if earlier and not upgrade.is_migrated(folder):
            _begin_upgrade(service, earlier, tell)
        _start_healthy(service, service.check, tell)
    except MatchaError as error:
        if earlier is None:
            raise
        raise _undo_upgrade(service, earlier, error, tell) from error
    upgrade.settle(folder)
    upgrade.remember(service)


def _begin_upgrade(service: Service, earlier: Earlier, tell: Tell) -> None:
    folder = service.folder
    stop(folder)
    if upgrade.is_begun(folder):
        tell(f"{folder.flavor}: an upgrade was interrupted")
        upgrade.put_back(service, tell)
    tell(f"{folder.flavor}: upgrades {upgrade.describe_change(service, earlier)}")
    upgrade.begin(service, tell)


def _undo_upgrade(
    service: Service, earlier: Earlier, error: MatchaError, tell: Tell
) -> MatchaError:
    """Let the earlier version run again, and return what to say of it all."""
    folder = service.folder
    change = upgrade.describe_change(service, earlier)
    failed = f"{folder.flavor} could not be upgraded, {change}: {error.message}"
    if upgrade.is_begun(folder):
        upgrade.put_back(service, tell)
    before = upgrade.go_back(folder, earlier)
    if before is None or not isinstance(before.check, HttpCheck):
        return MatchaError(f"{failed}; its data is as it was before", hint=error.hint)
    try:
        _start_healthy(before, before.check, tell)
    except MatchaError as second:
        return MatchaError(
            f"{failed}; its data is as it was before, but {second.message}", hint=second.hint
        )
    return MatchaError(
        f"{failed}; the earlier version runs again, with its data as it was",
        hint="What went wrong is above. `matcha provision` tries it again; the matcha that built"
        " this goes on with the earlier version.",
    )


def _start_healthy(service: Service, check: HttpCheck, tell: Tell) -> None:
    """Launch a service and wait until it is healthy; say what it said last if it is not."""
    folder = service.folder
    log_start = folder.log.stat().st_size if folder.log.exists() else 0
    began, began_at = time.monotonic(), time.time()
    try:
        launch(folder)
        _wait_until_healthy(service, check, tell)
    except MatchaError as error:
        lines = tail(folder.log, _LOG_LINES, log_start, began_at)
        for line in lines:
            tell(f"{folder.flavor} | {line}")
        stop(folder)
        raise _with_last_words(error, lines) from error
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


def _wait_until_healthy(service: Service, check: HttpCheck, tell: Tell) -> None:
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


def _with_last_words(error: MatchaError, lines: Sequence[str]) -> MatchaError:
    """Add what a service said last: of an error in a run, only the message is repeated."""
    said = [line.strip() for line in lines if line.strip() and RESTART_NOTE not in line]
    if not said:
        return error
    message = f"{error.message}; it said last: {clean_line(said[-1])[:_LAST_WORDS]}"
    return MatchaError(message, hint=error.hint, exit_code=error.exit_code)


def _ended(service: Service) -> MatchaError:
    stop(service.folder)  # so that whoever has a port now is somebody else
    for setting, port in service.ports.items():
        if not is_free(port):
            return _port_is_taken(service, setting, port)
    return MatchaError(
        f"{service.folder.flavor} ended while it was starting",
        hint=f"What it said last is above; its log is {service.folder.log}.",
    )
