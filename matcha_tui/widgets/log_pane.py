"""The log: thousands of lines a second, and still while somebody reads.

A line costs an append; only what is on screen is drawn. The oldest lines go when
the pane is full, since the run's own file has them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
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

from matcha_tui.widgets.log_lines import LogFilter, LogLine, LogLines

__all__ = ["MAXIMUM_LINES", "LogLine", "LogPane"]

MAXIMUM_LINES = 100_000
_SERIOUS = frozenset({"warning", "error"})


class LogPane(ScrollView, can_focus=True):
    """Shows the end of a log, unless somebody scrolled up to read."""

    LEVELS: ClassVar[tuple[str, ...]] = ("step", "detail", "good", "warning", "error")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"log-pane--{level}" for level in LEVELS),
        "log-pane--match",
        "log-pane--current",
    }
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
        & > .log-pane--match { text-style: underline; color: $accent; }
        & > .log-pane--current { text-style: bold reverse; color: $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="log.down"),
        Binding("k", "scroll_up", "Up", show=False, id="log.up"),
        Binding("g", "scroll_home", "First line", show=False, id="log.first"),
        Binding("G", "scroll_end", "Last line", show=False, id="log.last"),
        Binding(
            "slash", "search", "Search", key_display="/", id="log.search", tooltip="Find a text"
        ),
        Binding("n", "next(1)", "Next", show=False, id="log.next", tooltip="The next find"),
        Binding(
            "N", "next(-1)", "Previous", show=False, id="log.previous", tooltip="The one before"
        ),
        Binding(
            "E", "first_error", "First error", show=False, id="log.error", tooltip="Go to the cause"
        ),
        Binding(
            "e", "serious", "Errors", id="log.errors", tooltip="Warnings and errors only, or all"
        ),
        Binding("z", "wrap", "Wrap", show=False, id="log.wrap", tooltip="Wrap long lines, or cut"),
        Binding("t", "times", "Times", show=False, id="log.times", tooltip="When each was said"),
        Binding(
            "y", "copy", "Copy", show=False, id="log.copy", tooltip="Copy what is marked or seen"
        ),
        Binding("S", "save", "Save", show=False, id="log.save", tooltip="Save the log to a file"),
    ]

    follow: reactive[bool] = reactive(True, init=False)
    """Whether the newest line is kept in view."""
    unread: reactive[int] = reactive(0, init=False)
    """How many rows came since it stopped following."""

    class FollowChanged(Message):
        """The pane began or ceased to follow the end."""

        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.follow = follow

    class SearchAsked(Message):
        """Somebody wants to search."""

    class SaveAsked(Message):
        """Somebody wants the log in a file.

        Attributes:
            text: What is to be in it.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, *, id: str | None = None, maximum_lines: int = MAXIMUM_LINES) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._log = LogLines(maximum_lines)
        self._is_moved_by_pane = False
        self._current = -1  # the number of the line that was found last
        self._wraps = False
        self.border_title = "Log"

    @property
    def lines(self) -> Sequence[LogLine]:
        """What the pane still holds, oldest first."""
        return self._log.held

    def write_lines(self, lines: Iterable[LogLine]) -> None:
        """Append a batch of lines; drawn once, with the next frame."""
        before = self._log.row_count
        dropped = self._log.append(lines)
        added = self._log.row_count + dropped - before
        if not added:
            return
        self._measure()
        if self.follow:
            self._go_to_end()
        else:
            self.unread += added
            if dropped:
                self._move(self.scroll_y - dropped)
        self._show_position()
        self.refresh()

    def clear(self) -> None:
        """Start anew, following the end."""
        self._log.clear()
        self._current = -1
        self._measure()
        self.follow = True
        self._go_to_end()
        self.refresh()

    def search(self, needle: str) -> None:
        """Mark where a text is found, and go to the find that is nearest."""
        self._log.search(needle)
        self._current = -1
        if needle:
            self.action_next(-1 if self.follow else 1)
        self._show_position()
        self.refresh()

    def show_owner(self, owner: str) -> None:
        """Show only the lines of one component; empty for all."""
        if owner != self._log.filter.owner:
            self._show(replace(self._log.filter, owner=owner))

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        offset, first = self.scroll_offset
        width, index = self.size.width, first + y
        if index >= self._log.row_count:
            return Strip.blank(width, self.rich_style)
        line, row = self._log.row(index)
        style = self._style_of(line.level)
        strip = self._marked(self._log.text(index), style, index, row.number)
        return strip.crop_extend(offset, offset + width, style).apply_offsets(offset, index)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return the text that the mouse has marked."""
        rows = "\n".join(self._log.text(index) for index in range(self._log.row_count))
        return selection.extract(rows), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is marked."""
        self.refresh()

    def action_search(self) -> None:
        """Ask what to search for."""
        self.post_message(self.SearchAsked())

    def action_next(self, step: int) -> None:
        """Go to the next find, or the one before; after the last comes the first."""
        matches = self._log.matches
        if not matches:
            return
        if self._current < 0:
            top = self._log.row(min(round(self.scroll_y), self._log.row_count - 1))[1].number
            after = [number for number in matches if number >= top]
            chosen = matches[-1] if step < 0 or not after else after[0]
        else:
            others = [
                number
                for number in matches
                if (number > self._current if step > 0 else number < self._current)
            ]
            wrapped = matches[0] if step > 0 else matches[-1]
            chosen = wrapped if not others else others[0 if step > 0 else -1]
        self._current = chosen
        self._go_to(chosen)

    def action_first_error(self) -> None:
        """Go to the first error that is shown."""
        for index in range(self._log.row_count):
            line, row = self._log.row(index)
            if line.level == "error":
                self._current = row.number
                self._go_to(row.number)
                return
        self.notify("There is no error in this log.", markup=False)

    def action_serious(self) -> None:
        """Show warnings and errors only, or everything."""
        levels = frozenset[str]() if self._log.filter.levels else _SERIOUS
        self._show(replace(self._log.filter, levels=levels))

    def action_wrap(self) -> None:
        """Wrap lines that are too long, or cut them."""
        self._wraps = not self._wraps
        self._show(replace(self._log.filter, width=self.size.width if self._wraps else 0))

    def action_times(self) -> None:
        """Let each line begin with its time, or not."""
        self._show(replace(self._log.filter, times=not self._log.filter.times))

    def action_copy(self) -> None:
        """Copy what the mouse has marked, or what is on screen."""
        selected = self.screen.get_selected_text() if self.text_selection else None
        text = selected or self._text(round(self.scroll_y), self.size.height)
        self.app.copy_to_clipboard(text)
        count = text.count("\n") + 1
        self.notify(f"Copied {count} line{'s' if count > 1 else ''}.", markup=False)

    def action_save(self) -> None:
        """Have all that is shown saved."""
        self.post_message(self.SaveAsked(self._text(0, self._log.row_count)))

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
        """Wrap anew, and keep the end in view."""
        if self._wraps and self._log.filter.width != self.size.width:
            self._show(replace(self._log.filter, width=self.size.width))
        if self.follow:
            self.call_after_refresh(self._go_to_end)

    def _show(self, wanted: LogFilter) -> None:
        """Show other rows; what was read stays in view."""
        rows = self._log.row_count
        top = self._log.row(min(round(self.scroll_y), rows - 1))[1].number if rows else 0
        self._log.show(wanted)
        self._measure()
        if self.follow:
            self._go_to_end()
        else:
            self._move(min(self._log.row_of(top), self.max_scroll_y))
        self._show_position()
        self.refresh()

    def _go_to(self, number: int) -> None:
        """Hold still where a line is in view."""
        self.follow = False
        row, height = self._log.row_of(number), self.size.height
        if not self.scroll_y <= row < self.scroll_y + height:
            self._move(min(max(0, row - height // 2), self.max_scroll_y))
        self._show_position()
        self.refresh()

    def _text(self, first: int, count: int) -> str:
        rows = range(first, min(first + count, self._log.row_count))
        return "\n".join(self._log.text(index) for index in rows)

    def _show_position(self) -> None:
        parts = []
        if needle := self._log.needle:
            matches = self._log.matches
            place = f"{matches.index(self._current) + 1} of " if self._current in matches else ""
            parts.append(f"{needle!r} {place}{len(matches):,} · n N")
        if self._log.filter.levels:
            parts.append("warnings and errors only · e")
        if self._log.filter.owner:
            parts.append(self._log.filter.owner)
        if not self.follow:
            plural = "line" if self.unread == 1 else "lines"
            new = f"▼ {self.unread:,} new {plural} · End"
            parts.append(new if self.unread else "frozen · End follows again")
        self.border_subtitle = "  ".join(part.replace("[", "\\[") for part in parts)

    def _measure(self) -> None:
        self._is_moved_by_pane = True
        try:
            self.virtual_size = Size(self._log.longest, self._log.row_count)
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

    def _marked(self, text: str, style: Style, index: int, number: int) -> Strip:
        marks = [(start, end, self._match_style(number)) for start, end in self._log.spans(text)]
        selection = self.text_selection
        span = selection.get_span(index) if selection is not None else None
        if span is not None:
            start, end = span
            end = len(text) if end == -1 else end
            marks = [(start, end, self.screen.get_component_rich_style("screen--selection"))]
        segments, place = [], 0
        for start, end, mark in marks:
            segments += [Segment(text[place:start], style), Segment(text[start:end], style + mark)]
            place = end
        return Strip([*segments, Segment(text[place:], style)], _width(text))

    def _match_style(self, number: int) -> Style:
        name = "current" if number == self._current else "match"
        return self.get_component_rich_style(f"log-pane--{name}", partial=True)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
