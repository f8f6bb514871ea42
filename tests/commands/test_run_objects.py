"""What ``--output json`` prints of each event, as docs/reference/json.md has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matcha_tui.commands.run_objects import event_objects, result_object, started_object
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.terraform.events import (
    Action,
    ChangeSummary,
    Diagnostic,
    Event,
    LogMessage,
    PlannedChange,
    ProvisionOutput,
    ResourceFinished,
    ResourceStarted,
    RunFinished,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepStarted,
)
from matcha_tui.terraform.folder import Run, Step
from matcha_tui.terraform.progress import RunProgress

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADDRESS = "module.experiment_tracker.module.service.terraform_data.environment"
NAME = "experiment_tracker environment"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


BEGUN: tuple[Event, ...] = (
    RunStarted(steps=(("apply", "services"),), timestamp=at(0)),
    StepStarted(name="apply", layer="services", timestamp=at(0)),
    PlannedChange(address=ADDRESS, action=Action.CREATE, timestamp=at(0)),
    ResourceStarted(address=ADDRESS, action=Action.CREATE, timestamp=at(1)),
)
NO_PROVIDER = Diagnostic(
    severity=Severity.ERROR,
    summary="Failed to install provider",
    detail="Error while installing: dial tcp: lookup example.invalid: no such host",
    timestamp=at(3),
)

DISABLED = Diagnostic(
    severity=Severity.ERROR,
    summary="creating Resource Group: ReadOnlyDisabledSubscription: The subscription is disabled",
    timestamp=at(3),
)


def told(*events: Event) -> list[dict[str, Any]]:
    """What is printed of the last event."""
    before = RunProgress().apply_all(events[:-1])
    return event_objects(events[-1], before, before.apply(events[-1]), AZURE.explanations)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (RunStarted(steps=(), timestamp=at(0)), None),
        (LogMessage(message="looks", kind="refresh_start", timestamp=at(0)), None),
        (
            StepFinished(name="apply", layer="services", exit_code=0, timestamp=at(4)),
            {"kind": "step", "name": "apply", "state": "done", "exit_code": 0, "seconds": 4.0},
        ),
        (
            ResourceFinished(
                address=ADDRESS, action=Action.CREATE, elapsed_seconds=2, timestamp=at(3.5)
            ),
            {
                "kind": "resource",
                "layer": "services",
                "address": ADDRESS,
                "name": NAME,
                "action": "create",
                "state": "done",
                "seconds": 2.5,
            },
        ),
        (
            ProvisionOutput(address=ADDRESS, output="Installed 87 packages", timestamp=at(2)),
            {"kind": "log", "level": "info", "address": ADDRESS},
        ),
        (
            ChangeSummary(operation="plan", add=1, change=0, destroy=0, timestamp=at(2)),
            {"kind": "log", "text": "Plan: 1 to add, 0 to change, 0 to destroy"},
        ),
        (
            Diagnostic(severity=Severity.WARNING, summary="Old", detail="Soon", timestamp=at(2)),
            {"kind": "diagnostic", "severity": "warning", "summary": "Old: Soon", "meaning": None},
        ),
    ],
)
def test_an_event_is_told_as_one_object_or_not_at_all(
    event: Event, expected: dict[str, Any] | None
):
    found = told(*BEGUN, event)
    if expected is None:
        assert found == []
        return
    (item,) = found
    assert item["version"] == 1
    assert item["time"] == event.timestamp.isoformat() if event.timestamp else None
    assert item | expected == item


def test_a_repeated_diagnostic_is_told_once():
    assert len(told(*BEGUN, NO_PROVIDER)) == 1
    assert told(*BEGUN, NO_PROVIDER, NO_PROVIDER) == []


def test_what_a_run_leaves_open_is_told_when_it_ends():
    ending = RunFinished(state=RunState.CANCELLED, exit_code=1, timestamp=at(9))
    resource, step = told(*BEGUN, ending)
    assert (resource["address"], resource["state"]) == (ADDRESS, "stopped")
    assert (step["name"], step["state"], step["seconds"]) == ("apply", "failed", 9.0)


def test_a_run_is_announced_with_its_steps():
    begun = started_object(_run())
    assert begun["steps"] == [{"name": "apply", "layer": "services"}]
    assert (begun["run"], begun["operation"], begun["stack"]) == ("r1", "provision", "llm")


def _run() -> Run:
    step = Step("apply", "services", ("true",), Path("/"))
    return Run(
        Path("/r1"), "r1", "provision", "terraform 1.11.4", (step,), NOON, 60, {"stack": "llm"}
    )


REFUSAL = MatchaError("locked by you", hint="Wait.", exit_code=ExitCode.REFUSED)
ABORT = MatchaError("interrupted", exit_code=ExitCode.CANCELLED)
FAILURE = MatchaError("The provision failed", hint="Go on.")
DONE = RunFinished(state=RunState.DONE, exit_code=0, timestamp=at(9))
FAILED = RunFinished(state=RunState.FAILED, exit_code=1, timestamp=at(9))


@pytest.mark.parametrize(
    ("events", "error", "state", "exit_code", "message"),
    [
        (None, REFUSAL, "not_started", 3, "locked by you"),
        (None, ABORT, "cancelled", 130, "interrupted"),
        ((), None, "running", 0, None),
        ((*BEGUN, DONE), None, "done", 0, None),
        ((*BEGUN, DONE), FAILURE, "failed", 1, "The provision failed"),
        ((*BEGUN, NO_PROVIDER, FAILED), FAILURE, "failed", 1, "Failed to install provider"),
    ],
)
def test_the_result(
    events: tuple[Event, ...] | None,
    error: MatchaError | None,
    state: str,
    exit_code: int,
    message: str | None,
):
    progress = None if events is None else RunProgress().apply_all(events)
    result = result_object("provision", None if events is None else _run(), progress, error, {})
    assert (result["kind"], result["state"], result["exit_code"]) == ("result", state, exit_code)
    assert result["run"] == (None if events is None else "r1")
    if message is None:
        assert result["error"] is None
    else:
        assert result["error"]["message"].startswith(message)
    if error is REFUSAL:
        assert result["error"]["next_step"] == "Wait."


@pytest.mark.parametrize(
    ("target", "meaning"),
    [("azure", "The subscription is disabled."), ("local", None), ("moon", None)],
)
def test_an_error_in_the_result_is_explained_by_the_runs_target(target: str, meaning: str | None):
    run = replace(_run(), details={"target": target})
    progress = RunProgress().apply_all((*BEGUN, DISABLED, FAILED))
    result = result_object("provision", run, progress, FAILURE)
    assert result["error"]["message"].startswith("creating Resource Group: ReadOnlyDisabled")
    assert result["error"]["meaning"] == meaning


def test_a_diagnostic_is_explained_by_the_target():
    [found] = told(*BEGUN, DISABLED)
    assert found["meaning"] == "The subscription is disabled."
    assert found["next_step"].startswith("Reactivate it")


def test_a_known_error_is_explained_in_the_result():
    progress = RunProgress().apply_all((*BEGUN, NO_PROVIDER, FAILED))
    error = result_object("provision", _run(), progress, FAILURE)["error"]
    assert error["meaning"]
    assert error["next_step"]
    assert result_object("provision", _run(), progress, FAILURE)["seconds"] == 9.0
