"""Where a run stands: one frozen value, drawn from its events alone.

It never sees a clock, and never believes text: a step has succeeded when its
program's exit code is 0, and a run when its worker says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from matcha_tui.terraform.event_kinds import Action, Diagnostic, Event, Severity
from matcha_tui.terraform.event_kinds import RunState as RunState

ResourceKey: TypeAlias = tuple[str, str]
"""A layer and an address: two layers may have the same address."""


class ResourceState(StrEnum):
    """Where a resource stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


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
        return _elapsed(self.started, self.finished, now)


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
        return _elapsed(self.started, self.finished, now)


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
        complaint: What the current step's program said last, outside Terraform's
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
    complaint: str = ""

    @classmethod
    def waiting(cls, steps: Iterable[tuple[str, str]]) -> "RunProgress":
        """A run that hasn't begun; `steps` are pairs of name and layer."""
        return cls(steps=tuple(StepProgress(name, layer) for name, layer in steps))

    def apply(self, event: Event) -> "RunProgress":
        """The progress after one more event."""
        return self.apply_all((event,))

    def apply_all(self, events: Iterable[Event]) -> "RunProgress":
        """The progress after more events; one call for many is much cheaper than many."""
        # Imported here, because the reducer makes values of this module.
        from matcha_tui.terraform.reducer import reduce

        return reduce(self, events)

    def elapsed(self, now: datetime) -> timedelta | None:
        """Time spent up to `now`, or to the end; ``None`` while it waits."""
        return _elapsed(self.started, self.finished, now)

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


def _elapsed(
    started: datetime | None, finished: datetime | None, now: datetime
) -> timedelta | None:
    return (finished or now) - started if started else None
