"""What is known of a run: its steps, its resources, and what was counted and complained of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from matcha_tui.terraform.event_kinds import Action, Diagnostic
from matcha_tui.terraform.run_state import RunState

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
class RunFacts:
    """What is known of a run.

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


def elapsed_between(
    started: datetime | None, finished: datetime | None, now: datetime
) -> timedelta | None:
    """Return the time from `started` to the end or to `now`; ``None`` before the start."""
    return (finished or now) - started if started else None
