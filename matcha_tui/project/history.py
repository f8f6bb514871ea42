"""What happened in a project before: its runs, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcha_tui.project.workspace import Workspace
from matcha_tui.terraform.cancel import CancelRequest, was_requested
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import Run, is_live, list_runs, read_result

_RUNS_READ = 20


class RunKind(StrEnum):
    """What a run does."""

    PLAN = "plan"
    PROVISION = "provision"
    DESTROY = "destroy"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run that changed anything.

    Attributes:
        kind: ``provision`` or ``destroy``.
        state: How it ended.
        finished: When, where that is known.
        seconds: How long it took, where that is known.
    """

    kind: str
    state: RunState
    finished: datetime | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, of whatever kind, as it stands.

    Attributes:
        run: The run.
        state: How it ended, or where it stands.
        is_live: Whether it is still under way.
        finished: When it ended, where that is known.
    """

    run: Run
    state: RunState
    is_live: bool = False
    finished: datetime | None = None

    def seconds(self, now: datetime) -> float | None:
        """How long it took, or has taken up to `now`; ``None`` for a lost run."""
        end = now if self.is_live else self.finished
        return (end - self.run.created).total_seconds() if end else None


def run_records(workspace: Workspace, most: int | None = None) -> tuple[RunRecord, ...]:
    """Return the runs of a project, newest first; all of them, or only so many."""
    return tuple(_record(run) for run in list_runs(workspace.runs)[:most])


def last_change(workspace: Workspace, ended_before: Run | None = None) -> LastRun | None:
    """Return how the last run that was more than a plan ended."""
    for run in list_runs(workspace.runs):
        if run.kind in (RunKind.PLAN, RunKind.DRIFT) or run == ended_before:
            continue
        result = read_result(run)
        if result is None:
            return LastRun(run.kind, RunState.LOST)
        seconds = (result.finished - run.created).total_seconds()
        return LastRun(run.kind, result.state, result.finished, seconds)
    return None


def last_duration(workspace: Workspace, kind: str, details: Mapping[str, str]) -> float | None:
    """Return how long the last successful run of a kind took, in seconds.

    Returns:
        The duration, or ``None`` when there was no such run.
    """
    for run in list_runs(workspace.runs)[:_RUNS_READ]:
        if run.kind != kind or run.details != details:
            continue
        result = read_result(run)
        if result is not None and result.state is RunState.DONE:
            return (result.finished - run.created).total_seconds()
    return None


def _record(run: Run) -> RunRecord:
    if is_live(run):
        is_cancelling = was_requested(run.directory, CancelRequest.CANCEL)
        return RunRecord(run, RunState.CANCELLING if is_cancelling else RunState.RUNNING, True)
    result = read_result(run)
    if result is None:
        return RunRecord(run, RunState.LOST)
    return RunRecord(run, result.state, finished=result.finished)
