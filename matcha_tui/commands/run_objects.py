"""A run as JSON objects, one a line: what ``--output json`` prints.

docs/reference/json.md describes them. An object may get new keys; a key that changes
its meaning, or goes, raises `VERSION`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.diagnostics import explain_diagnostic, summarise
from matcha_tui.terraform.events import (
    Diagnostic,
    Event,
    PlannedChange,
    ResourceFailed,
    ResourceFinished,
    ResourceProgressed,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
)
from matcha_tui.terraform.explain import Explanations
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.narration import narrate, short_address
from matcha_tui.terraform.outcome import find_failure
from matcha_tui.terraform.progress import (
    PlanCounts,
    ResourceProgress,
    RunProgress,
    StepProgress,
    StepState,
)

VERSION = 1

JsonObject: TypeAlias = dict[str, Any]

_RESOURCE_EVENTS = (
    PlannedChange,
    ResourceStarted,
    ResourceProgressed,
    ResourceFinished,
    ResourceFailed,
)
_STEP_EVENTS = (StepStarted, StepFinished, StepSkipped)
_ENDINGS = (RunFinished, RunLost)


def started_object(run: Run) -> JsonObject:
    """Tell that a run begins."""
    return _object(
        "started",
        run.created,
        run=run.id,
        operation=run.kind,
        stack=run.details.get("stack"),
        target=run.details.get("target"),
        engine=run.engine,
        expected_seconds=run.expected_seconds,
        steps=[{"name": step.name, "layer": step.layer} for step in run.steps],
    )


def event_objects(
    event: Event,
    before: RunProgress,
    after: RunProgress,
    explanations: Explanations | None,
) -> list[JsonObject]:
    """Tell one event.

    Returns:
        Its objects; none for what is only noise, or told by the result.
    """
    time = event.timestamp or after.last_event
    if isinstance(event, _ENDINGS):
        return _left_open(time, before, after)
    if isinstance(event, _RESOURCE_EVENTS):
        resource = after.resources.get((after.layer, event.address))
        return [_resource_object(time, resource)] if resource else []
    if isinstance(event, _STEP_EVENTS):
        return [_step_object(time, step) for step in after.steps if _is_about(event, step)]
    if isinstance(event, Diagnostic):
        is_new = len(after.diagnostics) > len(before.diagnostics)
        return [_diagnostic_object(time, event, explanations)] if is_new else []
    if isinstance(event, RunStarted) or not (line := narrate(event)):
        return []
    return [_object("log", time, level=line.level, text=line.text, address=line.address)]


def result_object(
    operation: str,
    run: Run | None = None,
    progress: RunProgress | None = None,
    error: MatchaError | None = None,
    resources: Mapping[str, Mapping[str, str]] | None = None,
) -> JsonObject:
    """Tell how a command ended; the last object of every stream."""
    seconds = None
    if progress and progress.finished and (elapsed := progress.elapsed(progress.finished)):
        seconds = round(elapsed.total_seconds(), 3)
    return _object(
        "result",
        (progress and progress.finished) or datetime.now(UTC),
        operation=operation,
        run=run.id if run else None,
        state=_final_state(progress, error),
        exit_code=int(error.exit_code) if error else int(ExitCode.DONE),
        seconds=seconds,
        counts={
            "planned": _counts(progress.planned if progress else None),
            "done": _counts(progress.done if progress else None),
        },
        error=_error(run, progress, error),
        resources={name: dict(properties) for name, properties in (resources or {}).items()},
    )


def _object(kind: str, time: datetime | None, **fields: object) -> JsonObject:
    when = time.isoformat() if time else None
    return {"version": VERSION, "kind": kind, "time": when, **fields}


def _resource_object(time: datetime | None, resource: ResourceProgress) -> JsonObject:
    return _object(
        "resource",
        time,
        layer=resource.layer,
        address=resource.address,
        name=short_address(resource.address),
        action=resource.action,
        state=resource.state,
        seconds=_seconds(time, resource),
    )


def _step_object(time: datetime | None, step: StepProgress) -> JsonObject:
    return _object(
        "step",
        time,
        layer=step.layer,
        name=step.name,
        state=step.state,
        exit_code=step.exit_code,
        seconds=_seconds(time, step),
    )


def _diagnostic_object(
    time: datetime | None, diagnostic: Diagnostic, explanations: Explanations | None
) -> JsonObject:
    is_error = diagnostic.severity is Severity.ERROR
    explanation = explain_diagnostic(diagnostic, explanations) if is_error else None
    return _object(
        "diagnostic",
        time,
        severity=diagnostic.severity,
        summary=summarise(diagnostic),
        detail=diagnostic.detail,
        address=diagnostic.address,
        meaning=explanation.meaning if explanation else None,
        next_step=explanation.next_step if explanation else None,
    )


def _left_open(time: datetime | None, before: RunProgress, after: RunProgress) -> list[JsonObject]:
    """What the end of the run decided about resources and steps that had no end of their own."""
    resources = [
        _resource_object(time, resource)
        for key, resource in after.resources.items()
        if resource != before.resources.get(key)
    ]
    steps = [
        _step_object(time, step)
        for step, was in zip(after.steps, before.steps, strict=True)
        if step != was
    ]
    return resources + steps


def _is_about(event: Event, step: StepProgress) -> bool:
    assert isinstance(event, _STEP_EVENTS)  # noqa: S101 - for the type checker
    is_named = (event.name, event.layer) == (step.name, step.layer)
    return is_named and step.state is not StepState.WAITING


def _seconds(time: datetime | None, timed: ResourceProgress | StepProgress) -> float | None:
    elapsed = timed.elapsed(time) if time else None
    return round(elapsed.total_seconds(), 3) if elapsed is not None else None


def _counts(counts: PlanCounts | None) -> JsonObject | None:
    if counts is None:
        return None
    return {"add": counts.add, "change": counts.change, "destroy": counts.destroy}


def _final_state(progress: RunProgress | None, error: MatchaError | None) -> str:
    if progress is None:
        is_cancelled = error is not None and error.exit_code is ExitCode.CANCELLED
        return "cancelled" if is_cancelled else "not_started"
    if progress.state is RunState.DONE and error:
        return RunState.FAILED
    return RunState.RUNNING if progress.state is RunState.WAITING else progress.state


def _error(
    run: Run | None, progress: RunProgress | None, error: MatchaError | None
) -> JsonObject | None:
    if error is None:
        return None
    if progress is None or progress.state is not RunState.FAILED:
        return {"message": error.message, "meaning": None, "next_step": error.hint}
    failure = find_failure(progress, explanations_of(run) if run else None)
    known = failure.explanation
    return {
        "message": failure.reason,
        "meaning": known.meaning if known else None,
        "next_step": known.next_step if known else None,
    }
