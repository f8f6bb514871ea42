"""The lines that the worker adds to Terraform's in a run's event stream."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from matcha_tui.terraform.events import RunState, Severity, step_title


def run_started_line(steps: Sequence[tuple[str, str]]) -> bytes:
    """The worker's line that the run begins; `steps` are pairs of name and layer."""
    pairs = [{"name": name, "layer": layer} for name, layer in steps]
    return _own_line("run_started", "The run begins", steps=pairs)


def step_started_line(name: str, layer: str) -> bytes:
    """The worker's line that a step begins."""
    return _own_line("step_started", f"{step_title(name, layer)} begins", name=name, layer=layer)


def step_finished_line(name: str, layer: str, exit_code: int) -> bytes:
    """The worker's line that a step has ended."""
    message = f"{step_title(name, layer)} ended with exit code {exit_code}"
    return _own_line("step_finished", message, name=name, layer=layer, exit_code=exit_code)


def step_skipped_line(name: str, layer: str) -> bytes:
    """The worker's line that a step is left out."""
    message = f"{step_title(name, layer)} is skipped"
    return _own_line("step_skipped", message, name=name, layer=layer)


def cancel_requested_line(*, forced: bool) -> bytes:
    """The worker's line that the run is being cancelled."""
    return _own_line("cancel_requested", "The run is being cancelled", forced=forced)


def run_finished_line(state: RunState, exit_code: int) -> bytes:
    """The worker's line that the run has ended."""
    message = f"The run is {state}"
    return _own_line("run_finished", message, state=state.value, exit_code=exit_code)


def error_line(summary: str, detail: str) -> bytes:
    """An error of our own, in Terraform's form."""
    found = {"severity": Severity.ERROR.value, "summary": summary, "detail": detail}
    return _own_line("diagnostic", f"Error: {summary}", level="error", diagnostic=found)


def warning_line(summary: str, detail: str) -> bytes:
    """A warning of our own, in Terraform's form."""
    found = {"severity": Severity.WARNING.value, "summary": summary, "detail": detail}
    return _own_line("diagnostic", f"Warning: {summary}", level="warn", diagnostic=found)


def _own_line(kind: str, message: str, level: str = "info", **fields: object) -> bytes:
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    common = {"@level": level, "@message": message, "@module": "matcha", "@timestamp": now}
    return json.dumps(common | fields | {"type": kind}).encode() + b"\n"
