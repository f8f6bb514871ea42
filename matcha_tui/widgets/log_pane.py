"""The log: thousands of lines a second, and still while somebody reads.

A line costs an append; only what is on screen is drawn. The oldest lines go when
the pane is full, since the run's own file has them all.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

MAXIMUM_LINES = 10_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log.

    Attributes:
        text: What it says; plain text, never markup.
        level: How it is drawn: one of `LogPane.LEVELS`, or anything for plain.
    """

    text: str
    level: str = ""


class LogPane(ScrollView, can_focus=True):
    """Shows the end of a log, unless somebody scrolled up to read."""

    LEVELS: ClassVar[tuple[str, ...]] = ("step", "detail", "good", "warning", "error")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log-pane--{level}" for level in LEVELS}
    DEFAULT_CSS = """
    LogPane {
        overflow: auto;
        scrollbar-size: 0 1;
        background: $surface;
        color: $foreground;
        border: round $border-blurred;
        border-title-color: $quiet;
        border-subtitle-color: $accent;
        &:focus { border: round $primary; border-title-color: $foreground; }
        & > .log-pane--step { color: $primary; text-style: bold; }
        & > .log-pane--detail { color: $quiet; }
        & > .log-pane--good { color: $success; }
        & > .log-pane--warning { color: $warning; }
        & > .log-pane--error { color: $error; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="log.down"),
        Binding("k", "scroll_up", "Up", show=False, id="log.up"),
        Binding("g", "scroll_home", "First line", show=False, id="log.first"),
        Binding("G", "scroll_end", "Last line", show=False, id="log.last"),
    ]

    follow: reactive[bool] = reactive(True, init=False)
    """Whether the newest line is kept in view."""
    unread: reactive[int] = reactive(0, init=False)
    """How many lines came since it stopped following."""

    class FollowChanged(Message):
        """The pane began or ceased to follow the end."""

        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.follow = follow

    def __init__(self, *, id: str | None = None, maximum_lines: int = MAXIMUM_LINES) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines: deque[LogLine] = deque(maxlen=maximum_lines)
        self._longest = 0
        self._is_moved_by_pane = False
        self.border_title = "Log"

    @property
    def lines(self) -> Sequence[LogLine]:
        """What the pane still holds, oldest first."""
        return self._lines

    def write_lines(self, lines: Iterable[LogLine]) -> None:
        """Append a batch of lines; drawn once, with the next frame."""
        new = [LogLine(line.text.expandtabs(4), line.level) for line in lines]
        if not new:
            return
        before = len(self._lines)
        self._lines.extend(new)
        dropped = before + len(new) - len(self._lines)
        self._longest = max(self._longest, *(_width(line.text) for line in new))
        self._measure()
        if self.follow:
            self._go_to_end()
        else:
            self.unread += len(new)
            if dropped:
                self._move(self.scroll_y - dropped)
        self.refresh()

    def clear(self) -> None:
        """Start anew, following the end."""
        self._lines.clear()
        self._longest = 0
        self._measure()
        self.follow = True
        self._go_to_end()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        offset, first = self.scroll_offset
        width, index = self.size.width, first + y
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[index]
        style = self._style_of(line.level)
        strip = self._marked(line.text, style, index)
        return strip.crop_extend(offset, offset + width, style).apply_offsets(offset, index)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return the text that the mouse has marked."""
        return selection.extract("\n".join(line.text for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is marked."""
        self.refresh()

    def action_scroll_end(self) -> None:
        """Go to the newest line and stay there."""
        self.follow = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Reading above the end freezes the log; arriving at the end follows again."""
        super().watch_scroll_y(old_value, new_value)
        if not self._is_moved_by_pane:
            self.follow = new_value >= self.max_scroll_y

    def watch_follow(self, follow: bool) -> None:
        """Go to the end, or count from here what comes."""
        self.unread = 0
        if follow:
            self._go_to_end()
        self._show_position()
        self.post_message(self.FollowChanged(follow))

    def watch_unread(self) -> None:
        """Return how much is below."""
        self._show_position()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the end in view."""
        if self.follow:
            self.call_after_refresh(self._go_to_end)

    def _show_position(self) -> None:
        if self.follow:
            self.border_subtitle = ""
        elif self.unread:
            plural = "line" if self.unread == 1 else "lines"
            self.border_subtitle = f"▼ {self.unread:,} new {plural} · End"
        else:
            self.border_subtitle = "frozen · End follows again"

    def _measure(self) -> None:
        self._is_moved_by_pane = True
        try:
            self.virtual_size = Size(self._longest, len(self._lines))
        finally:
            self._is_moved_by_pane = False

    def _go_to_end(self) -> None:
        if self.follow:
            self._move(self.max_scroll_y)

    def _move(self, y: float) -> None:
        self._is_moved_by_pane = True
        try:
            self.scroll_y = self.scroll_target_y = y
        finally:
            self._is_moved_by_pane = False

    def _style_of(self, level: str) -> Style:
        if level in self.LEVELS:
            return self.get_component_rich_style(f"log-pane--{level}")
        return self.rich_style

    def _marked(self, text: str, style: Style, index: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(index) if selection is not None else None
        if span is None:
            return Strip([Segment(text, style)], _width(text))
        start, end = span
        end = len(text) if end == -1 else end
        marked = self.screen.get_component_rich_style("screen--selection")
        return Strip(
            [
                Segment(text[:start], style),
                Segment(text[start:end], style + marked),
                Segment(text[end:], style),
            ]
        )


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
