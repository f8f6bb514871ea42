"""How far a run is: its steps, how much of its work is done, and what waits, runs or failed."""

from collections import Counter
from datetime import UTC, datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.terraform.expected_times import ExpectedTimes
from matcha_tui.terraform.progress import ResourceState, RunProgress, StepState
from matcha_tui.widgets.duration import clock

_STEPS = {
    StepState.WAITING: ("", "$quiet"),
    StepState.RUNNING: ("▸ ", "bold $accent"),
    StepState.DONE: ("✓ ", "$success"),
    StepState.FAILED: ("✗ ", "bold $error"),
    StepState.SKIPPED: ("- ", "$quiet"),
    StepState.LOST: ("? ", "$warning"),
}
_LONGEST_BAR = 40
_SHORTEST_BAR = 8


class RunBar(Widget):
    """Takes a run's progress, the time, and how long it and its resources should take."""

    DEFAULT_CSS = """
    RunBar { height: 2; color: $foreground; }
    """

    progress: reactive[RunProgress] = reactive(RunProgress())
    now: reactive[datetime] = reactive(datetime.fromtimestamp(0, UTC))
    times: reactive[ExpectedTimes] = reactive(ExpectedTimes())
    expected_seconds: reactive[float | None] = reactive(None)

    def render(self) -> Content:
        """Draw the steps, and the bar below."""
        return Content.assemble(self._steps(), "\n", self._bar())

    def _steps(self) -> Content:
        parts = []
        layers = {step.layer for step in self.progress.steps if step.layer}
        for step in self.progress.steps:
            mark, style = _STEPS[step.state]
            name = f"{step.name} {step.layer}" if len(layers) > 1 and step.layer else step.name
            parts.append(Content.styled(mark + name, style))
        return Content.styled(" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "$border").join(
            parts
        )

    def _bar(self) -> Content:
        words = "  ".join(filter(None, (self._times(), self._counts())))
        resources = self.progress.resources.values()
        share = self.times.share_done(resources, self.now)
        percent = f" {int(share * 100):3} %" if resources else ""
        room = self.size.width - len(percent) - len(words) - 2
        room = max(_SHORTEST_BAR, min(_LONGEST_BAR, room))
        filled = int(room * share)
        return Content.assemble(
            ("━" * filled, "$primary"),
            ("─" * (room - filled), "$border"),
            (percent, ""),
            "  ",
            words,
        )

    def _times(self) -> str:
        spent = self.progress.elapsed(self.now)
        times = clock(spent) if spent is not None else "0:00"
        if self.expected_seconds and not self.progress.state.is_final:
            is_late = spent is not None and spent.total_seconds() > self.expected_seconds
            usual = clock(self.expected_seconds)
            times = f"{times}, usually {usual}" if is_late else f"{times} of about {usual}"
        return times

    def _counts(self) -> str:
        """Count by state, in words; what there is none of is not named."""
        found = Counter(resource.state for resource in self.progress.resources.values())
        return "  ".join(f"{found[state]} {state}" for state in ResourceState if found[state])
