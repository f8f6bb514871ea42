"""The live list of a run's resources, by component; what is running is always in view."""

from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.progress import ResourceProgress, ResourceState, RunProgress
from matcha_tui.widgets.component import Component, gather, short_name
from matcha_tui.widgets.duration import clock

_SYMBOLS = {
    ResourceState.WAITING: ("·", "$quiet"),
    ResourceState.RUNNING: ("▸", "bold $accent"),
    ResourceState.DONE: ("✓", "$success"),
    ResourceState.FAILED: ("✗", "bold $error"),
}
_DOING = {
    Action.CREATE: ("creating", "created"),
    Action.UPDATE: ("updating", "updated"),
    Action.DELETE: ("destroying", "destroyed"),
    Action.REPLACE: ("replacing", "replaced"),
    Action.READ: ("reading", "read"),
    Action.OTHER: ("working", "done"),
}
_LESS_AND_LESS = (
    ("branch", ResourceState.DONE),
    ("branch", ResourceState.WAITING),
    ("resource", ResourceState.DONE),
    ("resource", ResourceState.WAITING),
    ("component", ResourceState.DONE),
    ("component", ResourceState.WAITING),
)
_WORD_WIDTH, _CLOCK_WIDTH = 12, 7
_LEAST_NAME = 14
_MOST_NAME = 26


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row: a component, or one of its resources.

    Attributes:
        name: What it is called.
        state: Where it stands.
        word: The state in words, or how many of a component's resources are done.
        elapsed: The time spent on it.
        note: What its program said last.
        is_component: Whether it stands for a whole component.
    """

    name: str
    state: ResourceState
    word: str
    elapsed: str
    note: str = ""
    is_component: bool = False


class ResourceTree(Widget):
    """Takes a run's progress and the time."""

    DEFAULT_CSS = """
    ResourceTree { height: 1fr; color: $foreground; }
    """

    progress: reactive[RunProgress] = reactive(RunProgress())
    now: reactive[datetime] = reactive(datetime.fromtimestamp(0, UTC))

    def render(self) -> Content:
        """Draw as many rows as there is room for."""
        rows = fitting_rows(gather(self.progress.resources.values()), self.size.height, self.now)
        if not rows:
            return Content.styled(self._nothing_yet(), "$quiet")
        return Content("\n").join(_draw(row, self.size.width) for row in rows)

    def _nothing_yet(self) -> str:
        if self.progress.state.is_final:
            return "There was nothing to do."
        step = self.progress.current_step
        return f"Terraform is at its first step: {step.name} …" if step else "About to begin …"


def fitting_rows(components: tuple[Component, ...], height: int, now: datetime) -> list[TreeRow]:
    """Leave out ever more of what is done or waits, until all that is busy is in view."""
    rows: list[TreeRow] = []
    for leave_out in range(len(_LESS_AND_LESS) + 1):
        rows = _rows(components, frozenset(_LESS_AND_LESS[:leave_out]), now)
        if len(rows) <= height:
            break
    return rows[:height]


def _rows(
    components: tuple[Component, ...], left_out: frozenset[tuple[str, ResourceState]], now: datetime
) -> list[TreeRow]:
    rows = []
    for component in components:
        if ("component", component.state) in left_out:
            continue
        rows.append(_component_row(component, now))
        if ("branch", component.state) not in left_out:
            rows += [
                _resource_row(resource, now)
                for resource in component.resources
                if ("resource", resource.state) not in left_out
            ]
    return rows


def _component_row(component: Component, now: datetime) -> TreeRow:
    done = sum(resource.state is ResourceState.DONE for resource in component.resources)
    starts = [resource.started for resource in component.resources if resource.started]
    ends = [resource.finished for resource in component.resources if resource.finished]
    is_over = component.state in (ResourceState.DONE, ResourceState.FAILED)
    end = max(ends) if is_over and ends else now
    return TreeRow(
        component.title,
        component.state,
        f"{done}/{len(component.resources)}",
        clock(end - min(starts)) if starts else "",
        is_component=True,
    )


def _resource_row(resource: ResourceProgress, now: datetime) -> TreeRow:
    doing, done = _DOING[resource.action]
    words = {
        ResourceState.WAITING: "waiting",
        ResourceState.RUNNING: doing,
        ResourceState.DONE: done,
        ResourceState.FAILED: "failed",
    }
    elapsed = resource.elapsed(now)
    is_running = resource.state is ResourceState.RUNNING
    return TreeRow(
        short_name(resource.address),
        resource.state,
        words[resource.state],
        clock(elapsed) if elapsed is not None else "",
        resource.last_output if is_running else "",
    )


def _draw(row: TreeRow, width: int) -> Content:
    symbol, style = _SYMBOLS[row.state]
    indent = 0 if row.is_component else 2
    room = max(_LEAST_NAME, min(_MOST_NAME, width - _WORD_WIDTH - _CLOCK_WIDTH - 4)) - indent
    name = Content(row.name).truncate(room, ellipsis=True, pad=True)
    if row.is_component:
        name, word, word_style = name.stylize("bold"), row.word.rjust(_WORD_WIDTH), "$quiet"
    else:
        word, word_style = f"  {row.word:<{_WORD_WIDTH - 2}}", style
    line = Content.assemble(
        " " * indent,
        (symbol, style),
        " ",
        name,
        (word, word_style),
        (row.elapsed.rjust(_CLOCK_WIDTH), "$quiet"),
    )
    left = width - line.cell_length - 2
    if row.note and left > _LEAST_NAME:
        note = Content.styled(row.note, "$quiet").truncate(left, ellipsis=True)
        line = Content.assemble(line, "  ", note)
    return line
