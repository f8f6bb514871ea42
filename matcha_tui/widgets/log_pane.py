"""The log with its keys: to read, to search, to choose what is shown, to mark, copy and save."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from matcha_tui.widgets.log_canvas import LogCanvas
from matcha_tui.widgets.log_lines import LogLine
from matcha_tui.widgets.search_view import SearchAsked

__all__ = ["LogLine", "LogPane"]

_SERIOUS = frozenset({"warning", "error"})


class LogPane(LogCanvas):
    """Lets a log be read by keys; whoever owns it saves it and asks what to search for."""

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
        Binding("E", "first_error", "First error", id="log.error", tooltip="Go to the cause"),
        Binding(
            "e", "serious", "Errors", id="log.errors", tooltip="Warnings and errors only, or all"
        ),
        Binding("z", "wrap", "Wrap", show=False, id="log.wrap", tooltip="Wrap long lines, or cut"),
        Binding("t", "times", "Times", show=False, id="log.times", tooltip="When each was said"),
        Binding(
            "x", "fold", "Fold", show=False, id="log.fold", tooltip="Show packages and details, too"
        ),
        Binding(
            "m", "mark", "Mark", show=False, id="log.mark", tooltip="Choose lines to copy: twice"
        ),
        Binding(
            "y", "copy", "Copy", show=False, id="log.copy", tooltip="Copy what is marked or seen"
        ),
        Binding("S", "save", "Save", show=False, id="log.save", tooltip="Save the log to a file"),
        Binding(
            "escape", "unmark", "Unmark", show=False, id="log.unmark", tooltip="Mark no line more"
        ),
    ]

    class SaveAsked(Message):
        """Somebody wants the log in a file.

        Attributes:
            text: What is to be in it.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class NoErrorShown(Message):
        """Somebody wants to see the first error, and none is shown."""

    def action_search(self) -> None:
        """Ask what to search for."""
        self.post_message(SearchAsked())

    def action_next(self, step: int) -> None:
        """Go to the next find, or the one before; after the last comes the first."""
        self.go_to_next(step)

    def action_first_error(self) -> None:
        """Go to the first error that is shown."""
        if not self.go_to_first("error"):
            self.say("there is no error in this log")
            self.post_message(self.NoErrorShown())

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

    def action_fold(self) -> None:
        """Leave out what nobody reads as long as all goes well, or show it."""
        self._show(replace(self._log.filter, folds=not self._log.filter.folds))

    def action_mark(self) -> None:
        """Choose a line; then begin a range there; then let the range go."""
        self._note = ""
        if self._cursor is None:
            if not self._log.row_count:
                return
            bottom = min(round(self.scroll_y) + self.size.height, self._log.row_count) - 1
            self._cursor = self._log.row(bottom)[1].number
            if self._current is not None and self._is_in_view(self._current):
                self._cursor = self._current
            self.follow = False
        else:
            self._anchor = self._cursor if self._anchor is None else None
        self._show_position()
        self.refresh()

    def action_unmark(self) -> None:
        """Mark no line any more."""
        self._cursor = self._anchor = None
        self._show_position()
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to others while no line is marked, and E while there is no error."""
        if action == "first_error":
            return self._has_error
        return self._cursor is not None if action == "unmark" else True

    def action_copy(self) -> None:
        """Copy what is marked, by mouse or by keys, or what is on screen."""
        if self.text_selection and (selected := self.screen.get_selected_text()):
            text = selected
        elif self._cursor is not None:
            text = self._marked_text()
            self.action_unmark()
        else:
            text = self._text(round(self.scroll_y), self.size.height)
        self.app.copy_to_clipboard(text)
        count = text.count("\n") + 1
        self.say(f"copied {count} line{'s' if count > 1 else ''}")

    def action_save(self) -> None:
        """Have all that is shown saved."""
        self.post_message(self.SaveAsked(self._text(0, self._log.row_count)))

    def action_scroll_end(self) -> None:
        """Go to the newest line and stay there."""
        if not self._move_cursor(self._log.row_count):
            self.follow = True

    def action_scroll_home(self) -> None:
        """Go to the oldest line."""
        if not self._move_cursor(-self._log.row_count):
            super().action_scroll_home()
            self._ask_older()

    def action_scroll_down(self) -> None:
        """Go down one row."""
        if not self._move_cursor(1):
            super().action_scroll_down()

    def action_scroll_up(self) -> None:
        """Go up one row."""
        if not self._move_cursor(-1):
            super().action_scroll_up()
            self._ask_older()

    def action_page_down(self) -> None:
        """Go down a page."""
        if not self._move_cursor(self.size.height):
            super().action_page_down()

    def action_page_up(self) -> None:
        """Go up a page."""
        if not self._move_cursor(-self.size.height):
            super().action_page_up()
            self._ask_older()

    def _move_cursor(self, rows: int) -> bool:
        """Move the line that marks are about, if there is one."""
        if self._cursor is None or not self._log.row_count:
            return False
        row = self._log.row_of(self._cursor) + rows
        row = max(0, min(row, self._log.row_count - 1))
        number = self._log.row(row)[1].number
        if number == self._cursor and rows == 1:  # a wrapped line has several rows
            row = min(self._log.row_of(number + 1), self._log.row_count - 1)
            number = self._log.row(row)[1].number
        self._cursor = number
        top, height = round(self.scroll_y), self.size.height
        if not top <= row < top + height:
            self._move(min(max(0, row if row < top else row - height + 1), self.max_scroll_y))
        self._show_position()
        self.refresh()
        return True

    def _marked_text(self) -> str:
        wanted = self._log.filter
        lines = filter(None, map(self._log.line, self._marked_numbers()))
        return "\n".join(wanted.text_of(line) for line in lines if wanted.takes(line))
