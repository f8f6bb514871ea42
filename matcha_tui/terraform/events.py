"""Turns the lines of a run's event stream into events.

Terraform's ``-json`` lines and the worker's own become frozen values here, and
nowhere else. What isn't known is kept as a `LogMessage` or a `PlainLine`, and
control characters are removed here, once.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from matcha_tui.terraform.event_kinds import (
    Action,
    CancelRequested,
    ChangeSummary,
    Diagnostic,
    Event,
    LogMessage,
    Outputs,
    PlainLine,
    PlannedChange,
    ProvisionFailed,
    ProvisionFinished,
    ProvisionOutput,
    ProvisionStarted,
    RefreshFinished,
    RefreshStarted,
    ResourceDrifted,
    ResourceFailed,
    ResourceFinished,
    ResourceProgressed,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunStarted,
    RunState,
    Severity,
    StateLock,
    StepFinished,
    StepSkipped,
    StepStarted,
    Version,
)
from matcha_tui.terraform.json_values import line_in, mapping_in, number_in, text_in, time_in
from matcha_tui.terraform.plain_text import clean_line
from matcha_tui.terraform.worker_events import READERS as WORKER_READERS

__all__ = [
    "Action",
    "CancelRequested",
    "ChangeSummary",
    "Diagnostic",
    "Event",
    "LogMessage",
    "Outputs",
    "PlainLine",
    "PlannedChange",
    "ProvisionFailed",
    "ProvisionFinished",
    "ProvisionOutput",
    "ProvisionStarted",
    "RefreshFinished",
    "RefreshStarted",
    "ResourceDrifted",
    "ResourceFailed",
    "ResourceFinished",
    "ResourceProgressed",
    "ResourceStarted",
    "RunFinished",
    "RunLost",
    "RunStarted",
    "RunState",
    "Severity",
    "StateLock",
    "StepFinished",
    "StepSkipped",
    "StepStarted",
    "Version",
    "parse_line",
]

_Document: TypeAlias = Mapping[str, Any]
_Reader: TypeAlias = Callable[[_Document, datetime | None], Event | None]


def parse_line(line: bytes | str) -> Event:
    """Turn one line of a run's event stream into an event.

    Args:
        line: One line, with or without its line end; anything will do.

    Returns:
        The event; never raises.
    """
    text = line.decode(errors="replace") if isinstance(line, bytes) else line
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return PlainLine(text=clean_line(text))
    if not isinstance(document, dict):
        return PlainLine(text=clean_line(text))
    time, kind = time_in(document.get("@timestamp")), line_in(document.get("type"))
    read = _READERS.get(kind)
    event = read(document, time) if read else None
    return event or _unknown(document, kind, time) or PlainLine(text=clean_line(text))


def _unknown(document: _Document, kind: str, time: datetime | None) -> Event | None:
    message = line_in(document.get("@message"))
    if not message:
        return None
    code = line_in(document.get("message_code"))
    return LogMessage(message=message, kind=kind, code=code, timestamp=time)


def _planned_change(document: _Document, time: datetime | None) -> Event | None:
    change = mapping_in(document.get("change"))
    address = _address(change)
    if not address:
        return None
    return PlannedChange(address=address, action=_action(change), timestamp=time)


def _resource_drift(document: _Document, time: datetime | None) -> Event | None:
    change = mapping_in(document.get("change"))
    address = _address(change)
    if not address:
        return None
    return ResourceDrifted(address=address, action=_action(change), timestamp=time)


def _apply_start(document: _Document, time: datetime | None) -> Event | None:
    hook = mapping_in(document.get("hook"))
    address = _address(hook)
    if not address:
        return None
    return ResourceStarted(address=address, action=_action(hook), timestamp=time)


def _timed_hook(
    kind: type[ResourceProgressed] | type[ResourceFinished] | type[ResourceFailed],
) -> _Reader:
    def read(document: _Document, time: datetime | None) -> Event | None:
        hook = mapping_in(document.get("hook"))
        address = _address(hook)
        if not address:
            return None
        seconds = number_in(hook.get("elapsed_seconds"))
        action = _action(hook)
        return kind(address=address, action=action, elapsed_seconds=seconds, timestamp=time)

    return read


def _bare_hook(
    kind: type[ProvisionStarted]
    | type[ProvisionFinished]
    | type[ProvisionFailed]
    | type[RefreshStarted]
    | type[RefreshFinished],
) -> _Reader:
    def read(document: _Document, time: datetime | None) -> Event | None:
        address = _address(mapping_in(document.get("hook")))
        return kind(address=address, timestamp=time) if address else None

    return read


def _provision_output(document: _Document, time: datetime | None) -> Event | None:
    hook = mapping_in(document.get("hook"))
    address = _address(hook)
    if not address:
        return None
    return ProvisionOutput(address=address, output=line_in(hook.get("output")), timestamp=time)


def _change_summary(document: _Document, time: datetime | None) -> Event:
    changes = mapping_in(document.get("changes"))
    return ChangeSummary(
        operation=line_in(changes.get("operation")),
        add=number_in(changes.get("add")),
        change=number_in(changes.get("change")),
        destroy=number_in(changes.get("remove")),
        timestamp=time,
    )


def _diagnostic(document: _Document, time: datetime | None) -> Event | None:
    found = mapping_in(document.get("diagnostic"))
    summary, detail = line_in(found.get("summary")), text_in(found.get("detail"))
    if not summary and not detail:
        return None
    place = mapping_in(found.get("range"))
    is_warning = found.get("severity") == "warning"
    return Diagnostic(
        severity=Severity.WARNING if is_warning else Severity.ERROR,
        summary=summary,
        detail=detail,
        address=line_in(found.get("address")) or None,
        filename=line_in(place.get("filename")) or None,
        line=number_in(mapping_in(place.get("start")).get("line")) or None,
        timestamp=time,
    )


def _version(document: _Document, time: datetime | None) -> Event:
    version = document.get("terraform") or document.get("tofu")
    return Version(version=line_in(version), timestamp=time)


def _outputs(document: _Document, time: datetime | None) -> Event:
    names = tuple(clean_line(name) for name in mapping_in(document.get("outputs")))
    return Outputs(names=names, timestamp=time)


def _lock(acquiring: bool) -> _Reader:
    def read(document: _Document, time: datetime | None) -> Event:
        message = line_in(document.get("@message"))
        return StateLock(acquiring=acquiring, message=message, timestamp=time)

    return read


_READERS: Mapping[str, _Reader] = {
    "version": _version,
    "planned_change": _planned_change,
    "resource_drift": _resource_drift,
    "change_summary": _change_summary,
    "apply_start": _apply_start,
    "apply_progress": _timed_hook(ResourceProgressed),
    "apply_complete": _timed_hook(ResourceFinished),
    "apply_errored": _timed_hook(ResourceFailed),
    "provision_start": _bare_hook(ProvisionStarted),
    "provision_progress": _provision_output,
    "provision_complete": _bare_hook(ProvisionFinished),
    "provision_errored": _bare_hook(ProvisionFailed),
    "refresh_start": _bare_hook(RefreshStarted),
    "refresh_complete": _bare_hook(RefreshFinished),
    "state_lock_acquire": _lock(acquiring=True),
    "state_lock_release": _lock(acquiring=False),
    "diagnostic": _diagnostic,
    "outputs": _outputs,
    **WORKER_READERS,
}
_ACTIONS = {action.value: action for action in Action}


def _address(holder: _Document) -> str:
    return line_in(mapping_in(holder.get("resource")).get("addr"))


def _action(holder: _Document) -> Action:
    value = holder.get("action")
    return _ACTIONS.get(value, Action.OTHER) if isinstance(value, str) else Action.OTHER
