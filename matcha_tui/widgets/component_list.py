"""The deployed components: how each of them is, what it takes, and which one is looked at."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.health_state import HealthState

_STATES = {
    HealthState.HEALTHY: ("●", "$success"),
    HealthState.STARTING: ("◐", "$warning"),
    HealthState.UNHEALTHY: ("▲", "$warning"),
    HealthState.DOWN: ("✗", "bold $error"),
    HealthState.STOPPED: ("■", "$quiet"),
}
_LAST = {None: "$accent", HealthState.HEALTHY: "$accent", HealthState.STOPPED: "$quiet"}
_BARS = {HealthState.HEALTHY: "▇", HealthState.STARTING: "▅", HealthState.STOPPED: "▂"}
_WORD_WIDTH = 11
_SHORT_OF_ROOM = 90
_HISTORY = 10


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One deployed component.

    Attributes:
        module_type: The title of its slot.
        title: Its name.
        state: How it is, or ``None`` while nobody has asked yet.
        detail: What there is to add.
        url: Where it answers.
        version: Of its server; may be empty.
        up: For how long it runs, in words; empty where that is not known.
        cpu: How much of a processor it takes now: ``3 %``; likewise.
        memory: How much memory it holds: ``450 M``; likewise.
        history: How it was before, the oldest first.
    """

    module_type: str
    title: str
    state: HealthState | None = None
    detail: str = ""
    url: str = ""
    version: str = ""
    up: str = ""
    cpu: str = ""
    memory: str = ""
    history: tuple[HealthState, ...] = ()


class ComponentList(Widget, can_focus=True):
    """Takes rows; one line each, of which one is looked at."""

    DEFAULT_CSS = """
    ComponentList { height: auto; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="components.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="components.down"),
        Binding("home,g", "move(-99)", "First", show=False, id="components.first"),
        Binding("end,G", "move(99)", "Last", show=False, id="components.last"),
    ]

    rows: reactive[tuple[ComponentRow, ...]] = reactive((), layout=True)
    cursor: reactive[int] = reactive(0, init=False)
    """Which row is looked at."""

    class Moved(Message):
        """Another component is looked at.

        Attributes:
            cursor: Its row.
        """

        def __init__(self, cursor: int) -> None:
            super().__init__()
            self.cursor = cursor

    def render(self) -> Content:
        """Draw state, name, what it takes, and address of each."""
        widths = [
            max((len(text) for text in column), default=0)
            for column in zip(*(self._cells(row) for row in self.rows), strict=True)
        ]
        lines = [self._draw(index, row, widths) for index, row in enumerate(self.rows)]
        return Content("\n").join(lines)

    def validate_cursor(self, cursor: int) -> int:
        """Stay within the rows."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self, cursor: int) -> None:
        """Say which component is looked at now."""
        self.post_message(self.Moved(cursor))

    def action_move(self, by: int) -> None:
        """Look at another one."""
        self.cursor += by

    def on_click(self, event: events.Click) -> None:
        """Look at the one under the mouse."""
        self.cursor = event.y

    def on_focus(self) -> None:
        """Show which is looked at."""
        self.refresh()

    def on_blur(self) -> None:
        """Show it more quietly."""
        self.refresh()

    def _cells(self, row: ComponentRow) -> tuple[str, ...]:
        """Return what stands between the state and the address, column by column."""
        takes = (row.up, row.cpu.rjust(5), row.memory.rjust(6)) if row.memory else (row.up, "", "")
        bars = "".join(_BARS.get(state, "▁") for state in row.history[-_HISTORY:])
        if self.size.width < _SHORT_OF_ROOM:
            return (row.title, *takes[1:], "")
        return (row.module_type, f"{row.title} {row.version}".rstrip(), *takes, bars)

    def _draw(self, index: int, row: ComponentRow, widths: list[int]) -> Content:
        symbol, style = _STATES[row.state] if row.state else ("○", "$quiet")
        word = row.state.value if row.state else "asking …"
        is_well = row.state is None or row.state is HealthState.HEALTHY
        url = row.url if self.size.width < _SHORT_OF_ROOM else row.url.removeprefix("http://")
        last = url if is_well or not row.detail else row.detail
        cells = [
            (cell.ljust(width + 2) if width else "", "bold" if row.title in cell else "$quiet")
            for cell, width in zip(self._cells(row), widths, strict=True)
        ]
        line = Content.assemble(
            (f"{symbol} {word:<{_WORD_WIDTH}}", style),
            *cells,
            (last, _LAST.get(row.state, "$warning")),
        ).truncate(max(1, self.size.width), ellipsis=True)
        if index != self.cursor:
            return line
        pad = " " * max(0, self.size.width - line.cell_length)
        cursor = "on $block-cursor-background" if self.has_focus else "on $panel"
        return Content.assemble(line, pad).stylize(cursor)
