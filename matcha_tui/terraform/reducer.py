"""Works events into what is known of a run; a batch costs one copy, not one a line."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from matcha_tui.terraform.diagnostics import summarise
from matcha_tui.terraform.event_kinds import (
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
    Severity,
    StepFinished,
    StepSkipped,
    StepStarted,
    step_title,
)
from matcha_tui.terraform.run_facts import (
    PlanCounts,
    ResourceKey,
    ResourceProgress,
    ResourceState,
    RunFacts,
    StepProgress,
    StepState,
)
from matcha_tui.terraform.run_state import RunState

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


Facts = TypeVar("Facts", bound=RunFacts)


def reduce(facts: Facts, events: Iterable[Event]) -> Facts:
    """Return what is known after `events`."""
    draft = _Draft(facts)
    for event in events:
        draft.take(event)
    return replace(facts, **draft.finish())


class _Draft:
    """What is known while a batch of events is worked in."""

    def __init__(self, progress: RunFacts) -> None:
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
        self.complaint = progress.complaint
        self.layer = progress.layer

    def take(self, event: Event) -> None:
        if event.timestamp is not None:
            self.last_event = event.timestamp
        if take := _TAKERS.get(type(event)):
            take(self, event)

    def finish(self) -> dict[str, Any]:
        for key, line in self.outputs.items():
            self.resources[key] = replace(self.resources[key], last_output=line)
        return {
            "state": self.state,
            "steps": tuple(self.steps),
            "resources": MappingProxyType(self.resources),
            "plans": MappingProxyType(self.plans),
            "done": self.done,
            "diagnostics": tuple(self.diagnostics.values()),
            "first_error": self.first_error,
            "exit_code": self.exit_code,
            "started": self.started,
            "finished": self.finished,
            "last_event": self.last_event,
            "layer": self.layer,
            "complaint": self.complaint,
        }

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
        self.layer, self.complaint = event.layer, ""

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
        ending = f"{step_title(event.name, event.layer)} ended with exit code {event.exit_code}"
        self._fail(self.complaint or ending)

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
        if known is None or known.state in (ResourceState.DONE, ResourceState.FAILED):
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
        self.resources[key] = replace(known, state=ResourceState.FAILED, finished=event.timestamp)

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
        if line and (is_error or not is_noise) and not self.complaint.startswith("Error: "):
            self.complaint = line

    def change_summary(self, event: ChangeSummary) -> None:
        if event.operation == "plan":
            self.plans[self.layer] = PlanCounts(event.add, event.change, event.destroy)

    def _fail(self, reason: str) -> None:
        # What goes wrong after a cancel is the cancel's doing.
        if self.first_error is None and self.state is not RunState.CANCELLING:
            self.first_error = reason

    def _end(self, time: datetime | None, open_step: StepState) -> None:
        self.finished = time
        for index, step in enumerate(self.steps):
            if step.state is StepState.RUNNING:
                self.steps[index] = replace(step, state=open_step, finished=time)
            elif step.state is StepState.WAITING:
                self.steps[index] = replace(step, state=StepState.SKIPPED)
        for key, resource in self.resources.items():
            if resource.state is ResourceState.RUNNING:
                failed = replace(resource, state=ResourceState.FAILED, finished=time)
                self.resources[key] = failed

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
