"""The lines that the worker adds to Terraform's: how they are written, and read."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from matcha_tui.terraform.event_kinds import (
    CancelRequested,
    Event,
    RunFinished,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
    step_title,
)
from matcha_tui.terraform.json_values import line_in, mapping_in, number_in

_END_STATES = {state.value: state for state in (RunState.DONE, RunState.FAILED, RunState.CANCELLED)}


def run_started_line(steps: Sequence[tuple[str, str]]) -> bytes:
    """The run begins; `steps` are pairs of name and layer."""
    pairs = [{"name": name, "layer": layer} for name, layer in steps]
    return _line("run_started", "The run begins", steps=pairs)


def step_started_line(name: str, layer: str) -> bytes:
    """A step begins."""
    return _line("step_started", f"{step_title(name, layer)} begins", name=name, layer=layer)


def step_finished_line(name: str, layer: str, exit_code: int) -> bytes:
    """A step has ended."""
    message = f"{step_title(name, layer)} ended with exit code {exit_code}"
    return _line("step_finished", message, name=name, layer=layer, exit_code=exit_code)


def step_skipped_line(name: str, layer: str) -> bytes:
    """A step is left out."""
    return _line("step_skipped", f"{step_title(name, layer)} is skipped", name=name, layer=layer)


def cancel_requested_line(*, forced: bool) -> bytes:
    """The run is being cancelled."""
    return _line("cancel_requested", "The run is being cancelled", forced=forced)


def run_finished_line(state: RunState, exit_code: int) -> bytes:
    """The run has ended."""
    message = f"The run is {state}"
    return _line("run_finished", message, state=state.value, exit_code=exit_code)


def error_line(summary: str, detail: str) -> bytes:
    """An error of our own, in Terraform's form."""
    return _diagnostic_line(Severity.ERROR, "Error", summary, detail)


def warning_line(summary: str, detail: str) -> bytes:
    """A warning of our own, in Terraform's form."""
    return _diagnostic_line(Severity.WARNING, "Warning", summary, detail)


def _diagnostic_line(severity: Severity, title: str, summary: str, detail: str) -> bytes:
    diagnostic = {"severity": severity.value, "summary": summary, "detail": detail}
    level = "error" if severity is Severity.ERROR else "warn"
    return _line("diagnostic", f"{title}: {summary}", level=level, diagnostic=diagnostic)


def _line(kind: str, message: str, level: str = "info", **fields: object) -> bytes:
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    common = {"@level": level, "@message": message, "@module": "matcha", "@timestamp": now}
    return json.dumps(common | fields | {"type": kind}).encode() + b"\n"


def _read_run_started(document: Mapping[str, Any], time: datetime | None) -> Event:
    steps = document.get("steps")
    pairs = [mapping_in(step) for step in steps] if isinstance(steps, list) else []
    named = tuple((line_in(pair.get("name")), line_in(pair.get("layer"))) for pair in pairs)
    return RunStarted(steps=named, timestamp=time)


def _read_step_started(document: Mapping[str, Any], time: datetime | None) -> Event:
    name, layer = line_in(document.get("name")), line_in(document.get("layer"))
    return StepStarted(name=name, layer=layer, timestamp=time)


def _read_step_finished(document: Mapping[str, Any], time: datetime | None) -> Event:
    name, layer = line_in(document.get("name")), line_in(document.get("layer"))
    code = number_in(document.get("exit_code"), default=1)
    return StepFinished(name=name, layer=layer, exit_code=code, timestamp=time)


def _read_step_skipped(document: Mapping[str, Any], time: datetime | None) -> Event:
    name, layer = line_in(document.get("name")), line_in(document.get("layer"))
    return StepSkipped(name=name, layer=layer, timestamp=time)


def _read_cancel_requested(document: Mapping[str, Any], time: datetime | None) -> Event:
    return CancelRequested(forced=document.get("forced") is True, timestamp=time)


def _read_run_finished(document: Mapping[str, Any], time: datetime | None) -> Event:
    state = _END_STATES.get(line_in(document.get("state")), RunState.FAILED)
    code = number_in(document.get("exit_code"), default=1)
    return RunFinished(state=state, exit_code=code, timestamp=time)


READERS: Mapping[str, Callable[[Mapping[str, Any], datetime | None], Event]] = {
    "run_started": _read_run_started,
    "step_started": _read_step_started,
    "step_finished": _read_step_finished,
    "step_skipped": _read_step_skipped,
    "cancel_requested": _read_cancel_requested,
    "run_finished": _read_run_finished,
}
