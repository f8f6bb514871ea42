"""The live list of a run's resources, by component; what is running is always in view."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.expected_times import ExpectedTimes
from matcha_tui.terraform.progress import ResourceProgress, ResourceState, RunProgress
from matcha_tui.widgets.component import Component, gather, short_name
from matcha_tui.widgets.duration import clock

_SYMBOLS = {
    ResourceState.WAITING: ("·", "$quiet"),
    ResourceState.RUNNING: ("▸", "bold $accent"),
    ResourceState.DONE: ("✓", "$success"),
    ResourceState.FAILED: ("✗", "bold $error"),
    ResourceState.STOPPED: ("■", "$warning"),
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
_BUSY = (ResourceState.RUNNING, ResourceState.FAILED, ResourceState.STOPPED)
_WORD_WIDTH, _CLOCK_WIDTH, _LEFT_WIDTH = 11, 7, 14
_LEAST_NAME = 11
_MOST_NAME = 26
_LEAST_NOTE = 14
_WHEEL_ROWS = 3
_NOTHING_SEEN = ExpectedTimes()


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row: a component, or one of its resources.

    Attributes:
        name: What it is called.
        state: Where it stands.
        word: The state in words, or how many of a component's resources are done.
        elapsed: The time spent on it.
        left: How much longer it should take, or that nobody knows.
        note: What its program said last.
        owner: The component's title.
        source: The resource's address; empty for a component.
    """

    name: str
    state: ResourceState
    word: str
    elapsed: str
    left: str = ""
    note: str = ""
    owner: str = ""
    source: str = ""

    @property
    def is_component(self) -> bool:
        """Whether it stands for a whole component."""
        return not self.source

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others as long as the run lasts."""
        return self.owner, self.source


class ResourceTree(Widget, can_focus=True):
    """Takes a run's progress, the time and how long things take; a row can be selected."""

    DEFAULT_CSS = """
    ResourceTree { height: 1fr; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="resource_tree.down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="resource_tree.up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="resource_tree.page_down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="resource_tree.page_up"),
        Binding("home,g", "go(0)", "First row", show=False, id="resource_tree.first"),
        Binding("end,G", "go(-1)", "Last row", show=False, id="resource_tree.last"),
        Binding(
            "escape",
            "deselect",
            "Whole log",
            id="resource_tree.deselect",
            tooltip="Select nothing: the log of everything",
        ),
    ]

    progress: reactive[RunProgress] = reactive(RunProgress())
    now: reactive[datetime] = reactive(datetime.fromtimestamp(0, UTC))
    times: reactive[ExpectedTimes] = reactive(_NOTHING_SEEN)
    selected: reactive[tuple[str, str] | None] = reactive(None)
    """The key of the row under the cursor."""

    class Selected(Message):
        """Another row is under the cursor, or none.

        Attributes:
            owner: The component; empty for none.
            source: The resource; empty for a whole component.
            title: What the row is called.
        """

        def __init__(self, owner: str, source: str, title: str) -> None:
            super().__init__()
            self.owner = owner
            self.source = source
            self.title = title

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[TreeRow] = []

    def render(self) -> Content:
        """Draw as many rows as there is room for."""
        components = gather(self.progress.resources.values())
        height, width = self.size.height, self.size.width
        if self.selected is None:
            rows = fitting_rows(components, height, self.now, self.times)
        else:
            rows = rows_around(self._all_rows(), self.selected, height)
        self._shown = rows
        if not rows:
            return Content.styled(self._nothing_yet(), "$quiet")
        return Content("\n").join(_draw(row, width, row.key == self.selected) for row in rows)

    def watch_selected(self) -> None:
        """Tell what is selected."""
        row = next((row for row in self._all_rows() if row.key == self.selected), None)
        found = (row.owner, row.source, row.name) if row else ("", "", "")
        self.post_message(self.Selected(*found))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to the screen while no row is selected."""
        return self.selected is not None if action == "deselect" else True

    def action_move(self, step: int) -> None:
        """Select the row so many below; at first one that is busy."""
        rows = self._all_rows()
        if not rows:
            return
        place = _place_of(rows, self.selected)
        if place is None:
            busy = (index for index, row in enumerate(rows) if row.state in _BUSY)
            resources = (index for index in busy if not rows[index].is_component)
            self.selected = rows[next(resources, 0)].key
        else:
            self.selected = rows[max(0, min(place + step, len(rows) - 1))].key
        self.refresh_bindings()

    def action_page(self, pages: int) -> None:
        """Select the row a page below or above."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_go(self, place: int) -> None:
        """Select the first row, or the last."""
        if rows := self._all_rows():
            self.selected = rows[place].key
            self.refresh_bindings()

    def action_deselect(self) -> None:
        """Select nothing."""
        self.selected = None
        self.refresh_bindings()

    def on_click(self, event: events.Click) -> None:
        """Select the row under the mouse; once more, and nothing is selected."""
        if 0 <= event.y < len(self._shown):
            key = self._shown[event.y].key
            self.selected = None if key == self.selected else key
            self.refresh_bindings()

    def on_mouse_scroll_down(self) -> None:
        """Go down some rows."""
        self.action_move(_WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """Go up some rows."""
        self.action_move(-_WHEEL_ROWS)

    def _all_rows(self) -> list[TreeRow]:
        components = gather(self.progress.resources.values())
        return _rows(components, frozenset(), self.now, self.times)

    def _nothing_yet(self) -> str:
        if self.progress.state.is_final:
            return "There was nothing to do."
        step = self.progress.current_step
        return f"Terraform is at its first step: {step.name} …" if step else "About to begin …"


def rows_around(rows: list[TreeRow], selected: tuple[str, str], height: int) -> list[TreeRow]:
    """Choose the rows to show around the selected one, with all that is busy in view.

    The selected row and its neighbours come first, then what is running or has failed, then
    whatever is nearest.
    """
    if len(rows) <= height:
        return rows
    place = _place_of(rows, selected) or 0
    by_distance = sorted(range(len(rows)), key=lambda index: abs(index - place))
    busy = [index for index in by_distance if rows[index].state in _BUSY]
    busy.sort(key=lambda index: rows[index].is_component)
    chosen = dict.fromkeys([*by_distance[:3], *busy, *by_distance])
    return [rows[index] for index in sorted(list(chosen)[:height])]


def _place_of(rows: list[TreeRow], key: tuple[str, str] | None) -> int | None:
    return next((index for index, row in enumerate(rows) if row.key == key), None)


def fitting_rows(
    components: tuple[Component, ...],
    height: int,
    now: datetime,
    times: ExpectedTimes = _NOTHING_SEEN,
) -> list[TreeRow]:
    """Leave out ever more of what is done or waits, until all that is busy is in view."""
    rows: list[TreeRow] = []
    for leave_out in range(len(_LESS_AND_LESS) + 1):
        rows = _rows(components, frozenset(_LESS_AND_LESS[:leave_out]), now, times)
        if len(rows) <= height:
            break
    return rows[:height]


def _rows(
    components: tuple[Component, ...],
    left_out: frozenset[tuple[str, ResourceState]],
    now: datetime,
    times: ExpectedTimes,
) -> list[TreeRow]:
    rows = []
    for component in components:
        if ("component", component.state) in left_out:
            continue
        rows.append(_component_row(component, now, times))
        if ("branch", component.state) not in left_out:
            rows += [
                _resource_row(component.title, resource, now, times)
                for resource in component.resources
                if ("resource", resource.state) not in left_out
            ]
    return rows


def _component_row(component: Component, now: datetime, times: ExpectedTimes) -> TreeRow:
    done = sum(resource.state is ResourceState.DONE for resource in component.resources)
    starts = [resource.started for resource in component.resources if resource.started]
    ends = [resource.finished for resource in component.resources if resource.finished]
    is_over = component.state not in (ResourceState.WAITING, ResourceState.RUNNING)
    end = max(ends) if is_over and ends else now
    return TreeRow(
        component.title,
        component.state,
        f"{done}/{len(component.resources)}",
        clock(end - min(starts)) if starts else "",
        left="" if is_over else _most_left(component, now, times),
        owner=component.title,
    )


def _resource_row(
    owner: str, resource: ResourceProgress, now: datetime, times: ExpectedTimes
) -> TreeRow:
    doing, done = _DOING[resource.action]
    words = {ResourceState.RUNNING: doing, ResourceState.DONE: done}
    elapsed = resource.elapsed(now)
    is_running = resource.state is ResourceState.RUNNING
    return TreeRow(
        short_name(resource.address),
        resource.state,
        words.get(resource.state, resource.state.value),
        clock(elapsed) if elapsed is not None else "",
        _left(resource, now, times),
        resource.last_output if is_running else "",
        owner,
        resource.address,
    )


def _left(resource: ResourceProgress, now: datetime, times: ExpectedTimes) -> str:
    if resource.state not in (ResourceState.WAITING, ResourceState.RUNNING):
        return ""
    left = times.seconds_left(resource, now)
    if left is None:
        return "time unknown"
    if resource.state is ResourceState.WAITING:
        return f"~{clock(left)}"
    return f"~{clock(left)} left" if left > 0 else f"usually {clock(times.seconds(resource) or 0)}"


def _most_left(component: Component, now: datetime, times: ExpectedTimes) -> str:
    """Say how long a component takes at most: Terraform works side by side where it can."""
    spans = [times.seconds_left(resource, now) for resource in component.resources]
    known = [max(0.0, span) for span in spans if span is not None]
    return f"≤{clock(sum(known))} left" if len(known) == len(spans) and sum(known) >= 1 else ""


def _draw(row: TreeRow, width: int, is_selected: bool) -> Content:
    symbol, style = _SYMBOLS[row.state]
    indent = 0 if row.is_component else 2
    others = _WORD_WIDTH + _CLOCK_WIDTH + _LEFT_WIDTH + 2
    room = max(_LEAST_NAME, min(_MOST_NAME, width - others)) - indent
    name = Content(row.name).truncate(room, ellipsis=True, pad=True)
    word, word_style = f" {row.word:<{_WORD_WIDTH - 1}}", style
    if row.is_component:
        name, word_style = name.stylize("bold"), "$quiet"
    line = Content.assemble(
        " " * indent,
        (symbol, style),
        " ",
        name,
        (word, word_style),
        (row.elapsed.rjust(_CLOCK_WIDTH), "$quiet"),
        (f"  {row.left:<{_LEFT_WIDTH - 2}}", "$quiet"),
    )
    left = width - line.cell_length - 2
    if row.note and left > _LEAST_NOTE:
        note = Content.styled(row.note, "$quiet").truncate(left, ellipsis=True)
        line = Content.assemble(line, "  ", note)
    if not is_selected:
        return line
    return line.truncate(width, pad=True).stylize("reverse")
