"""Where a run stands: one frozen value, drawn from its events alone.

It never sees a clock, and never believes text: a step has succeeded when its
program's exit code is 0, and a run when its worker says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

from matcha_tui.terraform.diagnostics import summarise
from matcha_tui.terraform.events import (
    Action,
    CancelRequested,
    ChangeSummary,
    Diagnostic,
    Event,
    PlainLine,
    PlannedChange,
    ProvisionOutput,
    ResourceFailed,
    ResourceFinished,
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

ResourceKey: TypeAlias = tuple[str, str]
"""A layer and an address: two layers may have the same address."""


class ResourceState(StrEnum):
    """Where a resource stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """By a cancel: nothing was wrong with it."""


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How many resources are made, changed and destroyed; a replaced one counts twice."""

    add: int = 0
    change: int = 0
    destroy: int = 0

    def __add__(self, other: "PlanCounts") -> "PlanCounts":
        return PlanCounts(
            self.add + other.add, self.change + other.change, self.destroy + other.destroy
        )

    @property
    def total(self) -> int:
        """All of them."""
        return self.add + self.change + self.destroy


@dataclass(frozen=True, slots=True)
class ResourceProgress:
    """One Terraform resource within a run.

    Attributes:
        layer: The layer it is in.
        address: Full address, e.g. ``module.experiment_tracker.terraform_data.service``.
        action: What is done to it.
        state: Where it stands.
        started: When Terraform began on it, from the event; ``None`` while it waits.
        finished: When it ended, from the event.
        last_output: The last line that its program printed.
        operations: How many of Terraform's operations it still takes: a
            replacement begins with two.
    """

    layer: str
    address: str
    action: Action
    state: ResourceState = ResourceState.WAITING
    started: datetime | None = None
    finished: datetime | None = None
    last_output: str = ""
    operations: int = 1

    def elapsed(self, now: datetime) -> timedelta | None:
        """Time spent on it up to `now`, or to its end."""
        return elapsed_between(self.started, self.finished, now)


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step of a run.

    Attributes:
        name: What it does, e.g. ``plan``.
        layer: The layer it does it to.
        state: Where it stands.
        started: When it began; ``None`` while it waits.
        finished: When it ended.
        exit_code: What its program ended with.
    """

    name: str
    layer: str
    state: StepState = StepState.WAITING
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None

    def elapsed(self, now: datetime) -> timedelta | None:
        """Time spent on it up to `now`, or to its end."""
        return elapsed_between(self.started, self.finished, now)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands.

    Attributes:
        state: In one word.
        steps: Its steps, in order.
        resources: Its resources, in the order in which they became known.
        plans: What each layer's plan says.
        done: What was applied.
        diagnostics: Errors and warnings, in order, without repetition.
        first_error: What went wrong first, in one line; ``None`` when nothing did.
        exit_code: The one that the run ended with.
        started: When it began.
        finished: When it ended; for a lost run, when it was last heard of.
        last_event: When it was last heard of.
        layer: The layer that was worked on last.
        last_output: What the current step's program said last, outside Terraform's
            events; it explains a failure without a diagnostic.
    """

    state: RunState = RunState.WAITING
    steps: tuple[StepProgress, ...] = ()
    resources: Mapping[ResourceKey, ResourceProgress] = field(
        default_factory=lambda: MappingProxyType({})
    )
    plans: Mapping[str, PlanCounts] = field(default_factory=lambda: MappingProxyType({}))
    done: PlanCounts = PlanCounts()
    diagnostics: tuple[Diagnostic, ...] = ()
    first_error: str | None = None
    exit_code: int | None = None
    started: datetime | None = None
    finished: datetime | None = None
    last_event: datetime | None = None
    layer: str = ""
    last_output: str = ""

    @classmethod
    def waiting(cls, steps: Iterable[tuple[str, str]]) -> "RunProgress":
        """A run that hasn't begun; `steps` are pairs of name and layer."""
        return cls(steps=tuple(StepProgress(name, layer) for name, layer in steps))

    def apply(self, event: Event) -> "RunProgress":
        """The progress after one more event."""
        return self.apply_all((event,))

    def apply_all(self, events: Iterable[Event]) -> "RunProgress":
        """The progress after more events; one call for many is much cheaper than many."""
        draft = _Draft(self)
        for event in events:
            draft.take(event)
        return draft.finish()

    def elapsed(self, now: datetime) -> timedelta | None:
        """Time spent up to `now`, or to the end; ``None`` while it waits."""
        return elapsed_between(self.started, self.finished, now)

    @property
    def planned(self) -> PlanCounts | None:
        """What the plans say, over all layers; ``None`` before there is one."""
        return sum(self.plans.values(), PlanCounts()) if self.plans else None

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are warnings."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.WARNING)

    @property
    def current_step(self) -> StepProgress | None:
        """The step that runs."""
        return next((step for step in self.steps if step.state is StepState.RUNNING), None)

    @property
    def finished_resources(self) -> int:
        """How many resources are done."""
        return sum(r.state is ResourceState.DONE for r in self.resources.values())


def elapsed_between(
    started: datetime | None, finished: datetime | None, now: datetime
) -> timedelta | None:
    """Return the time from `started` to the end or to `now`; ``None`` before the start."""
    return (finished or now) - started if started else None


UNKNOWN_OUTCOME = "the outcome is unknown: the process that watched Terraform was killed"
_COUNTS = {
    Action.CREATE: PlanCounts(add=1),
    Action.UPDATE: PlanCounts(change=1),
    Action.DELETE: PlanCounts(destroy=1),
}
# From 1.12 on `init -json` puts this before the error itself.
_PREAMBLE = "Terraform encountered problems during initiali"
_BOX = "╷│╵"
_CLI_CONFIG_HEADING = "There are some problems with the CLI configuration:"


class _Draft:
    """What is known while a batch of events is worked in."""

    def __init__(self, progress: RunProgress) -> None:
        self._before = progress
        self.state = progress.state
        self.steps = list(progress.steps)
        self.resources = dict(progress.resources)
        self.outputs: dict[ResourceKey, str] = {}
        self.plans = dict(progress.plans)
        self.done = progress.done
        self.diagnostics = {_identity(found): found for found in progress.diagnostics}
        self.first_error = progress.first_error
        self.exit_code = progress.exit_code
        self.started = progress.started
        self.finished = progress.finished
        self.last_event = progress.last_event
        self.last_output = progress.last_output
        self.layer = progress.layer

    def take(self, event: Event) -> None:
        if event.timestamp is not None:
            self.last_event = event.timestamp
        if take := _TAKERS.get(type(event)):
            take(self, event)

    def finish(self) -> RunProgress:
        for key, line in self.outputs.items():
            self.resources[key] = replace(self.resources[key], last_output=line)
        frozen: dict[str, Any] = {
            "steps": tuple(self.steps),
            "resources": MappingProxyType(self.resources),
            "plans": MappingProxyType(self.plans),
            "diagnostics": tuple(self.diagnostics.values()),
        }
        known = {item.name: getattr(self, item.name) for item in fields(RunProgress)}
        return replace(self._before, **known | frozen)

    def run_started(self, event: RunStarted) -> None:
        self.state = RunState.RUNNING
        self.started = event.timestamp
        if not self.steps:
            self.steps = [StepProgress(name, layer) for name, layer in event.steps]

    def step_started(self, event: StepStarted) -> None:
        index = self._step(event.name, event.layer, StepState.WAITING)
        self.steps[index] = replace(
            self.steps[index], state=StepState.RUNNING, started=event.timestamp
        )
        self.layer, self.last_output = event.layer, ""

    def step_finished(self, event: StepFinished) -> None:
        index = self._step(event.name, event.layer, StepState.RUNNING)
        has_failed = event.exit_code != 0
        self.steps[index] = replace(
            self.steps[index],
            state=StepState.FAILED if has_failed else StepState.DONE,
            finished=event.timestamp,
            exit_code=event.exit_code,
        )
        if not has_failed:
            return
        # A plan that fails may have claimed, before, that there is nothing to change.
        if self.plans.get(event.layer) == PlanCounts():
            del self.plans[event.layer]
        ending = f"{event.title} ended with exit code {event.exit_code}"
        self._fail(self.last_output or ending)

    def step_skipped(self, event: StepSkipped) -> None:
        index = self._step(event.name, event.layer, StepState.WAITING)
        self.steps[index] = replace(self.steps[index], state=StepState.SKIPPED)

    def cancel_requested(self, event: CancelRequested) -> None:
        if not self.state.is_final:
            self.state = RunState.CANCELLING

    def run_finished(self, event: RunFinished) -> None:
        self.state, self.exit_code = event.state, event.exit_code
        self._end(event.timestamp or self.last_event, StepState.FAILED)

    def run_lost(self, event: RunLost) -> None:
        self._fail(UNKNOWN_OUTCOME)
        self.state = RunState.LOST
        self._end(self.last_event, StepState.LOST)

    def planned_change(self, event: PlannedChange) -> None:
        if event.action is Action.OTHER:
            return
        key = (self.layer, event.address)
        known = self.resources.get(key)
        if known and known.state is ResourceState.RUNNING:
            return
        self.outputs.pop(key, None)
        operations = 2 if event.action is Action.REPLACE else 1
        self.resources[key] = ResourceProgress(*key, event.action, operations=operations)

    def resource_started(self, event: ResourceStarted) -> None:
        key = (self.layer, event.address)
        known = self.resources.get(key)
        if known is None or known.state not in (ResourceState.WAITING, ResourceState.RUNNING):
            known = ResourceProgress(*key, event.action)
            self.outputs.pop(key, None)
        self.resources[key] = replace(
            known, state=ResourceState.RUNNING, started=known.started or event.timestamp
        )

    def resource_finished(self, event: ResourceFinished) -> None:
        key = (self.layer, event.address)
        known = self.resources.get(key) or ResourceProgress(*key, event.action)
        self.done += _COUNTS.get(event.action, PlanCounts())
        left = known.operations - 1
        self.resources[key] = replace(
            known,
            operations=left,
            state=ResourceState.RUNNING if left > 0 else ResourceState.DONE,
            finished=None if left > 0 else event.timestamp,
        )

    def resource_failed(self, event: ResourceFailed) -> None:
        key = (self.layer, event.address)
        known = self.resources.get(key) or ResourceProgress(*key, event.action)
        is_cancelled = self.state is RunState.CANCELLING
        state = ResourceState.STOPPED if is_cancelled else ResourceState.FAILED
        self.resources[key] = replace(known, state=state, finished=event.timestamp)

    def provision_output(self, event: ProvisionOutput) -> None:
        key = (self.layer, event.address)
        if key in self.resources and not event.output.startswith('Executing: ["'):
            self.outputs[key] = event.output

    def diagnostic(self, event: Diagnostic) -> None:
        if event.summary.startswith(_PREAMBLE):
            return
        self.diagnostics.setdefault(_identity(event), event)
        if event.severity is Severity.ERROR:
            self._fail(summarise(event))

    def plain_line(self, event: PlainLine) -> None:
        line = event.text.strip(_BOX + " \t")
        is_error = line.startswith("Error: ")
        is_noise = event.text.startswith(tuple(_BOX)) or line == _CLI_CONFIG_HEADING
        if line and (is_error or not is_noise) and not self.last_output.startswith("Error: "):
            self.last_output = line

    def change_summary(self, event: ChangeSummary) -> None:
        if event.operation == "plan":
            self.plans[self.layer] = PlanCounts(event.add, event.change, event.destroy)

    def _fail(self, reason: str) -> None:
        # What goes wrong after a cancel is the cancel's doing.
        if self.first_error is None and self.state is not RunState.CANCELLING:
            self.first_error = reason

    def _end(self, time: datetime | None, open_step: StepState) -> None:
        self.finished = time
        is_cancelled = self.state is RunState.CANCELLED
        unfinished = ResourceState.STOPPED if is_cancelled else ResourceState.FAILED
        for index, step in enumerate(self.steps):
            if step.state is StepState.RUNNING:
                self.steps[index] = replace(step, state=open_step, finished=time)
            elif step.state is StepState.WAITING:
                self.steps[index] = replace(step, state=StepState.SKIPPED)
        for key, resource in self.resources.items():
            if resource.state is ResourceState.RUNNING:
                self.resources[key] = replace(resource, state=unfinished, finished=time)

    def _step(self, name: str, layer: str, state: StepState) -> int:
        for index, step in enumerate(self.steps):
            if (step.name, step.layer, step.state) == (name, layer, state):
                return index
        self.steps.append(StepProgress(name, layer))
        return len(self.steps) - 1


def _identity(found: Diagnostic) -> tuple[object, ...]:
    return (found.severity, found.summary, found.detail, found.address)


_TAKERS: dict[type[Event], Callable[[_Draft, Any], None]] = {
    RunStarted: _Draft.run_started,
    StepStarted: _Draft.step_started,
    StepFinished: _Draft.step_finished,
    StepSkipped: _Draft.step_skipped,
    CancelRequested: _Draft.cancel_requested,
    RunFinished: _Draft.run_finished,
    RunLost: _Draft.run_lost,
    PlannedChange: _Draft.planned_change,
    ResourceStarted: _Draft.resource_started,
    ResourceFinished: _Draft.resource_finished,
    ResourceFailed: _Draft.resource_failed,
    ProvisionOutput: _Draft.provision_output,
    Diagnostic: _Draft.diagnostic,
    PlainLine: _Draft.plain_line,
    ChangeSummary: _Draft.change_summary,
}
