"""Draws a log: thousands of lines a second, and still while somebody reads.

A line costs an append; only what is on screen is drawn. The oldest lines go when
the log is full, since the run's own file has them all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from matcha_tui.widgets.log_lines import LogFilter, LogLine, LogLines

MAXIMUM_LINES = 100_000
_LEAD_END = " │ "
_LONGEST_LEAD = 40
_NOTE_SECONDS = 4.0


class LogCanvas(ScrollView, can_focus=True):
    """Shows the end of a log, unless somebody scrolled up to read."""

    LEVELS: ClassVar[tuple[str, ...]] = (
        "step",
        "detail",
        "package",
        "good",
        "warning",
        "error",
    )

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"log-pane--{level}" for level in LEVELS),
        "log-pane--match",
        "log-pane--current",
        "log-pane--marked",
    }

    DEFAULT_CSS = """
    LogCanvas {
        overflow: auto;
        scrollbar-size: 0 1;
        background: $surface;
        color: $foreground;
        border: round $border-blurred;
        border-title-color: $quiet;
        border-subtitle-color: $accent;
        &:focus { border: round $primary; border-title-color: $foreground; }
        & > .log-pane--step { color: $primary; text-style: bold; }
        & > .log-pane--detail, & > .log-pane--package { color: $quiet; }
        & > .log-pane--good { color: $success; }
        & > .log-pane--warning { color: $warning; }
        & > .log-pane--error { color: $error; text-style: bold; }
        & > .log-pane--match { text-style: underline; color: $accent; }
        & > .log-pane--marked { text-style: reverse; }
        & > .log-pane--current { text-style: bold reverse; color: $accent; }
    }
    """

    follow: reactive[bool] = reactive(True, init=False)
    """Whether the newest line is kept in view."""

    unread: reactive[int] = reactive(0, init=False)
    """How many rows came since it stopped following."""

    class FollowChanged(Message):
        """The pane began or ceased to follow the end."""

        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.follow = follow

    class OlderAsked(Message):
        """Somebody reads at the oldest line that is held, and there are older ones."""

    def __init__(self, *, id: str | None = None, maximum_lines: int = MAXIMUM_LINES) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._log = LogLines(maximum_lines)
        self._is_moved_by_pane = False
        self._current: int | None = None  # the number of the line that was found last
        self._cursor: int | None = None  # the number of the line that the next mark is about
        self._anchor: int | None = None  # where the marked range began
        self._wraps = self._has_error = False
        self._label = ""
        self._note = self._subtitle = ""
        self._level_styles: dict[str, Style] = {}
        self.has_older = False
        """Whether there are lines before the oldest one, to be asked for by `OlderAsked`."""
        self.border_title = "Log"

    @property
    def lines(self) -> Sequence[LogLine]:
        """What the pane still holds, oldest first."""
        return self._log.held

    @property
    def first_number(self) -> int:
        """The number of the oldest line that the pane still holds."""
        return self._log.first

    @property
    def next_number(self) -> int:
        """The number that the next line will have."""
        return self._log.next

    def write_lines(self, lines: Iterable[LogLine]) -> None:
        """Append a batch of lines; drawn once, with the next frame."""
        new = list(lines)
        before = self._log.row_count
        dropped = self._log.append(new, keep=not self.follow)
        if not self._has_error and any(line.level == "error" for line in new):
            self._has_error = True
            self.refresh_bindings()
        added = self._log.row_count + dropped - before
        if not added and not dropped:
            return
        self._measure()
        if self.follow:
            self._go_to_end()
        else:
            self.unread += added
            if dropped:
                self._move(max(0, self.scroll_y - dropped))
        self._show_position()
        self.refresh()

    def prepend_lines(self, lines: Iterable[LogLine]) -> None:
        """Add older lines above; what is read stays in place."""
        added = self._log.prepend(lines)
        self._measure()
        self._move(self.scroll_y + added)
        self._show_position()
        self.refresh()

    def say(self, note: str) -> None:
        """Say something below the log for a moment, where it covers nothing."""
        self._note = note
        self._show_position()
        self.set_timer(_NOTE_SECONDS, self._end_note)

    def clear(self) -> None:
        """Start anew, following the end."""
        self._log.clear()
        self._current = self._cursor = self._anchor = None
        self._has_error = False
        self._measure()
        self.follow = True
        self._go_to_end()
        self.refresh()

    def search(self, needle: str) -> None:
        """Mark where a text is found, and go to the find that is nearest."""
        self._log.search(needle)
        self._current = None
        if needle:
            self.go_to_next(-1 if self.follow else 1)
        self._show_position()
        self.refresh()

    def show_only(self, owner: str = "", source: str = "", label: str = "") -> None:
        """Show only the lines of one component, or of one of its resources; by default all."""
        self._label = label or owner
        if (owner, source) != (self._log.filter.owner, self._log.filter.source):
            self._show(replace(self._log.filter, owner=owner, source=source))

    def show_all(self) -> None:
        """Show all levels of all components."""
        self._label = ""
        everything = replace(self._log.filter, levels=frozenset[str](), owner="", source="")
        if everything != self._log.filter:
            self._show(everything)

    def go_to_first(self, level: str) -> bool:
        """Go to the first line of a level; return whether one is shown."""
        number = self._log.first_of(level)
        if number is not None:
            self._current = number
            self._go_to(number)
        return number is not None

    def go_to_next(self, step: int) -> None:
        """Go to the next find, or the one before; after the last comes the first."""
        matches = self._log.matches
        if not matches:
            return
        if self._current is None:
            top = self._log.row(min(round(self.scroll_y), self._log.row_count - 1))[1].number
            place = bisect_left(matches, top)
            chosen = matches[-1] if step < 0 or place == len(matches) else matches[place]
        elif step > 0:
            place = bisect_right(matches, self._current)
            chosen = matches[place % len(matches)]
        else:
            chosen = matches[bisect_left(matches, self._current) - 1]
        self._current = chosen
        self._go_to(chosen)

    def render_line(self, y: int) -> Strip:
        """Draw one visible row; what a line begins with, its time and source, stays at the left."""
        offset, first = self.scroll_offset
        width, index = self.size.width, first + y
        if index >= self._log.row_count:
            return Strip.blank(width, self.rich_style)
        line, row = self._log.row(index)
        style = self._style_of(line.level)
        if self._is_marked(row.number):
            style += self.get_component_rich_style("log-pane--marked", partial=True)
        text = self._log.text(index)
        if not (offset or self._log.needle or self.text_selection) and text.isascii():
            # Most rows, many times a second.
            shown = text[:width]
            blank = Segment(" " * (width - len(shown)), style)
            strip = Strip([Segment(shown, style), blank], width)
            return strip.apply_offsets(0, index)
        strip = self._marked(text, style, index, row.number)
        lead = self._lead_width(text) if offset else 0
        if lead and lead < width // 2:
            rest = strip.crop(lead + offset, offset + width)
            strip = Strip.join([strip.crop(0, lead), rest]).adjust_cell_length(width, style)
        else:
            strip = strip.crop_extend(offset, offset + width, style)
        return strip.apply_offsets(offset, index)

    def notify_style_update(self) -> None:
        """Ask for the colours again: the theme, or what has the focus, is another one."""
        super().notify_style_update()
        self._level_styles.clear()

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        """Return the text that the mouse has marked."""
        rows = "\n".join(self._log.text(index) for index in range(self._log.row_count))
        return selection.extract(rows), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw what is marked."""
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Reading above the end freezes the log; arriving at the end follows again."""
        super().watch_scroll_y(old_value, new_value)
        # What has become less and is the end was no reader: the pane has become larger.
        is_clamped = new_value < old_value and new_value >= self.max_scroll_y
        if not (self._is_moved_by_pane or is_clamped):
            self.follow = new_value >= self.max_scroll_y
            if new_value < 1 <= old_value:
                self._ask_older()

    def watch_follow(self, follow: bool) -> None:
        """Go to the end, or count from here what comes."""
        self.unread = 0
        if follow:
            self._cursor = self._anchor = None
            self._log.release()
            self._measure()
            self._go_to_end()
            self.refresh()
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
        if not self._is_in_view(number):
            self._move(min(max(0, row - height // 2), self.max_scroll_y))
        self._show_position()
        self.refresh()

    def _is_in_view(self, number: int) -> bool:
        return self.scroll_y <= self._log.row_of(number) < self.scroll_y + self.size.height

    def _ask_older(self) -> None:
        if self.has_older and not self.follow and self.scroll_target_y < 1:
            self.post_message(self.OlderAsked())

    def _marked_numbers(self) -> range:
        if self._cursor is None:
            return range(0)
        anchor = self._cursor if self._anchor is None else self._anchor
        return range(min(anchor, self._cursor), max(anchor, self._cursor) + 1)

    def _is_marked(self, number: int) -> bool:
        return number in self._marked_numbers()

    def _lead_width(self, text: str) -> int:
        end = text.find(_LEAD_END, 0, _LONGEST_LEAD)
        return _width(text[: end + len(_LEAD_END)]) if end >= 0 else 0

    def _end_note(self) -> None:
        self._note = ""
        self._show_position()

    def _text(self, first: int, count: int) -> str:
        rows = range(first, min(first + count, self._log.row_count))
        return "\n".join(self._log.text(index) for index in rows)

    def _show_position(self) -> None:
        parts = [self._note] if self._note else [*self._describe_search(), *self._describe_rows()]
        subtitle = "  ".join(parts)
        if subtitle != self._subtitle:  # else each batch would draw the border anew
            self._subtitle = subtitle
            self.border_subtitle = Content(subtitle)

    def _describe_search(self) -> list[str]:
        if not (needle := self._log.needle):
            return []
        matches, place = self._log.matches, ""
        if self._current is not None:
            index = bisect_left(matches, self._current)
            if index < len(matches) and matches[index] == self._current:
                place = f"{index + 1} of "
        return [f"{needle!r} {place}{len(matches):,} · n N"]

    def _describe_rows(self) -> list[str]:
        parts = []
        if self._log.filter.levels:
            parts.append("warnings and errors only · e")
        if self._label:
            parts.append(self._label)
        if self._anchor is not None:
            count = len(self._marked_numbers())
            parts.append(f"{count:,} line{'s' if count > 1 else ''} · y copies")
        elif self._cursor is not None:
            parts.append("y copies the line · m begins a range")
        elif not self.follow:
            plural = "line" if self.unread == 1 else "lines"
            new = f"▼ {self.unread:,} new {plural} · End"
            parts.append(new if self.unread else "frozen · End follows again")
        return parts

    def _measure(self) -> None:
        """Take the size of what there is to scroll.

        A new size lays out the whole screen, and paints it; when only the number of rows changes,
        which is many times a second, the scrollbar is all that has to know.
        """
        size, before = Size(self._log.longest, self._log.row_count), self.virtual_size
        is_overfull = min(size.height, before.height) > self.container_size.height > 0
        if size.width == before.width and is_overfull and self.show_vertical_scrollbar:
            self.set_reactive(LogCanvas.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            return
        self._is_moved_by_pane = True
        try:
            self.virtual_size = size
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
        if level not in self._level_styles:
            is_known = level in self.LEVELS
            name = f"log-pane--{level}"
            self._level_styles[level] = (
                self.get_component_rich_style(name) if is_known else self.rich_style
            )
        return self._level_styles[level]

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
