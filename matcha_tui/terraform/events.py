"""A run's event stream: one frozen type a kind of event, and the lines that they are read from.

The stream has Terraform's ``-json`` lines and the worker's own. They become frozen values
here, and nowhere else. What isn't known is kept as a `LogMessage` or a `PlainLine`. Control
characters are removed here, once: no text in an event holds one, except tabs, and line feeds
in `Diagnostic.detail`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from matcha_tui.system.plain_text import clean_line, clean_text

Document: TypeAlias = Mapping[str, Any]
_Reader: TypeAlias = Callable[[Document, datetime | None], "Event | None"]


class RunState(StrEnum):
    """Where a run stands; the last four are final."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow."""
        return self not in (RunState.WAITING, RunState.RUNNING, RunState.CANCELLING)


class Action(StrEnum):
    """What Terraform does to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    READ = "read"
    OTHER = "other"


class Severity(StrEnum):
    """How bad a diagnostic is."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened; ``timestamp`` is ``None`` where the line had none.

    Each line of a run's ``events.jsonl`` is one, and an unknown one is kept as it is::

        >>> line = '{"@level": "info", "@message": "tea is ready", "type": "log"}'
        >>> parse_line(line)
        LogMessage(timestamp=None, message='tea is ready', kind='log', code='')
        >>> parse_line("not JSON at all")
        PlainLine(timestamp=None, text='not JSON at all')
    """

    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLine(Event):
    """A line that isn't JSON, such as what a program printed on stderr."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMessage(Event):
    """A message without further meaning; ``kind`` is Terraform's name for its type."""

    message: str
    kind: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEvent(Event):
    """Something about one resource."""

    address: str
    action: Action


class PlannedChange(ResourceEvent):
    """A resource will be changed."""

    __slots__ = ()


class ResourceDrifted(ResourceEvent):
    """A resource was changed outside Terraform."""

    __slots__ = ()


class ResourceStarted(ResourceEvent):
    """Terraform began on a resource."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedResourceEvent(ResourceEvent):
    """Something about a resource that Terraform has worked on for a while."""

    elapsed_seconds: int


class ResourceProgressed(TimedResourceEvent):
    """Terraform is still at it; sent every ten seconds."""

    __slots__ = ()


class ResourceFinished(TimedResourceEvent):
    """A resource is done."""

    __slots__ = ()


class ResourceFailed(TimedResourceEvent):
    """A resource could not be done; a `Diagnostic` says why, later."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionOutput(Event):
    """A resource's program printed a line."""

    address: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSummary(Event):
    """How many resources a plan will change, or an apply has changed."""

    operation: str
    add: int
    change: int
    destroy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic(Event):
    """An error or a warning.

    Attributes:
        severity: Error or warning.
        summary: One line.
        detail: The explanation; may have several lines, and may be empty.
        address: The resource it is about, where it is about one.
        filename: The configuration file it points at.
        line: The line in that file.
    """

    severity: Severity
    summary: str
    detail: str = ""
    address: str | None = None
    filename: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The worker took the run; ``steps`` are pairs of name and layer."""

    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEvent(Event):
    """Something about one step."""

    name: str
    layer: str

    @property
    def title(self) -> str:
        """The step in words."""
        return step_title(self.name, self.layer)


class StepStarted(StepEvent):
    """A step's program was started."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(StepEvent):
    """A step's program ended; only ``exit_code`` 0 is success."""

    exit_code: int


class StepSkipped(StepEvent):
    """A step will not be done, because of what happened before it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested(Event):
    """Somebody cancelled the run; ``forced`` is the second, harder request."""

    forced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """The worker has ended the run; ``state`` is done, failed or cancelled."""

    state: RunState
    exit_code: int


class RunLost(Event):
    """The run is over, and nobody was left to see how it ended."""

    __slots__ = ()


def step_title(name: str, layer: str) -> str:
    """A step in words: not every step belongs to a layer."""
    return f"{layer}: {name}" if layer else name


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
    time, kind = _time(document.get("@timestamp")), _line(document, "type")
    read = _READERS.get(kind)
    event = read(document, time) if read else None
    return event or _log_message(document, kind, time) or PlainLine(text=clean_line(text))


def mapping_in(value: object) -> Document:
    """An object of JSON, or an empty one."""
    return value if isinstance(value, dict) else {}


def _line(holder: Document, key: str) -> str:
    """A string without control characters on one line, or an empty one."""
    value = holder.get(key)
    return clean_line(value) if isinstance(value, str) else ""


def _number(holder: Document, key: str, default: int = 0) -> int:
    value = holder.get(key)
    try:
        return int(value) if isinstance(value, int | float) else default
    except (ValueError, OverflowError):
        return default


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _address(holder: Document) -> str:
    return _line(mapping_in(holder.get("resource")), "addr")


def _action(holder: Document) -> Action:
    value = holder.get("action")
    return _ACTIONS.get(value, Action.OTHER) if isinstance(value, str) else Action.OTHER


def _log_message(document: Document, kind: str, time: datetime | None) -> Event | None:
    message, code = _line(document, "@message"), _line(document, "message_code")
    return LogMessage(message=message, kind=kind, code=code, timestamp=time) if message else None


def _about_resource(key: str, make: type[ResourceEvent]) -> _Reader:
    """Read what Terraform says below a key about one resource."""

    def read(document: Document, time: datetime | None) -> Event | None:
        found = mapping_in(document.get(key))
        if not (address := _address(found)):
            return None
        fields: dict[str, Any] = {"address": address, "action": _action(found), "timestamp": time}
        if issubclass(make, TimedResourceEvent):
            fields["elapsed_seconds"] = _number(found, "elapsed_seconds")
        return make(**fields)

    return read


def _about_step(make: type[StepEvent]) -> _Reader:
    def read(document: Document, time: datetime | None) -> Event:
        fields: dict[str, Any] = {
            "name": _line(document, "name"),
            "layer": _line(document, "layer"),
            "timestamp": time,
        }
        if issubclass(make, StepFinished):
            fields["exit_code"] = _number(document, "exit_code", default=1)
        return make(**fields)

    return read


def _provision_output(document: Document, time: datetime | None) -> Event | None:
    hook = mapping_in(document.get("hook"))
    if not (address := _address(hook)):
        return None
    return ProvisionOutput(address=address, output=_line(hook, "output"), timestamp=time)


def _change_summary(document: Document, time: datetime | None) -> Event:
    changes = mapping_in(document.get("changes"))
    return ChangeSummary(
        operation=_line(changes, "operation"),
        add=_number(changes, "add"),
        change=_number(changes, "change"),
        destroy=_number(changes, "remove"),
        timestamp=time,
    )


def _diagnostic(document: Document, time: datetime | None) -> Event | None:
    found = mapping_in(document.get("diagnostic"))
    detail = found.get("detail")
    summary, detail = _line(found, "summary"), clean_text(detail) if isinstance(detail, str) else ""
    if not summary and not detail:
        return None
    place = mapping_in(found.get("range"))
    is_warning = found.get("severity") == "warning"
    return Diagnostic(
        severity=Severity.WARNING if is_warning else Severity.ERROR,
        summary=summary,
        detail=detail,
        address=_line(found, "address") or None,
        filename=_line(place, "filename") or None,
        line=_number(mapping_in(place.get("start")), "line") or None,
        timestamp=time,
    )


def _run_started(document: Document, time: datetime | None) -> Event:
    steps = document.get("steps")
    pairs = [mapping_in(step) for step in steps] if isinstance(steps, list) else []
    named = tuple((_line(pair, "name"), _line(pair, "layer")) for pair in pairs)
    return RunStarted(steps=named, timestamp=time)


def _run_finished(document: Document, time: datetime | None) -> Event:
    state = _END_STATES.get(_line(document, "state"), RunState.FAILED)
    code = _number(document, "exit_code", default=1)
    return RunFinished(state=state, exit_code=code, timestamp=time)


_ACTIONS = {action.value: action for action in Action}
_END_STATES = {state.value: state for state in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)}
_READERS: Mapping[str, _Reader] = {
    "planned_change": _about_resource("change", PlannedChange),
    "resource_drift": _about_resource("change", ResourceDrifted),
    "apply_start": _about_resource("hook", ResourceStarted),
    "apply_progress": _about_resource("hook", ResourceProgressed),
    "apply_complete": _about_resource("hook", ResourceFinished),
    "apply_errored": _about_resource("hook", ResourceFailed),
    "provision_progress": _provision_output,
    "change_summary": _change_summary,
    "diagnostic": _diagnostic,
    "run_started": _run_started,
    "step_started": _about_step(StepStarted),
    "step_finished": _about_step(StepFinished),
    "step_skipped": _about_step(StepSkipped),
    "cancel_requested": lambda document, time: CancelRequested(
        forced=document.get("forced") is True, timestamp=time
    ),
    "run_finished": _run_finished,
}
