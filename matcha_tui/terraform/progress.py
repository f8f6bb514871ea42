"""Where a run stands: one frozen value, drawn from its events alone.

It never sees a clock, and never believes text: a step has succeeded when its
program's exit code is 0, and a run when its worker says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcha_tui.terraform.event_kinds import Diagnostic, Event, Severity
from matcha_tui.terraform.reducer import reduce
from matcha_tui.terraform.run_facts import (
    PlanCounts,
    ResourceKey,
    ResourceProgress,
    ResourceState,
    RunFacts,
    StepProgress,
    StepState,
    elapsed_between,
)
from matcha_tui.terraform.run_state import RunState

__all__ = [
    "PlanCounts",
    "ResourceKey",
    "ResourceProgress",
    "ResourceState",
    "RunProgress",
    "RunState",
    "StepProgress",
    "StepState",
]


@dataclass(frozen=True, slots=True)
class RunProgress(RunFacts):
    """Where a run stands; `RunFacts` has its attributes."""

    @classmethod
    def waiting(cls, steps: Iterable[tuple[str, str]]) -> "RunProgress":
        """A run that hasn't begun; `steps` are pairs of name and layer."""
        return cls(steps=tuple(StepProgress(name, layer) for name, layer in steps))

    def apply(self, event: Event) -> "RunProgress":
        """The progress after one more event."""
        return self.apply_all((event,))

    def apply_all(self, events: Iterable[Event]) -> "RunProgress":
        """The progress after more events; one call for many is much cheaper than many."""
        return reduce(self, events)

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
