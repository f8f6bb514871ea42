"""A log with what is needed to search it: the pane, and a field below it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from matcha_tui.widgets.log_pane import LogPane


class LogView(Vertical):
    """Shows the field while somebody searches."""

    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        LogPane { height: 1fr; }
        #needle { display: none; height: 1; background: $field; border: none; padding: 0 1; }
        &.-searching #needle { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "end_search", "End search", show=False, id="log.end", tooltip="Mark nothing"
        ),
    ]

    def compose(self) -> ComposeResult:
        """Put the field below the pane."""
        yield LogPane(id="log")
        yield Input(placeholder="search: enter keeps it, esc ends it", id="needle", compact=True)

    @property
    def pane(self) -> LogPane:
        """The log itself."""
        return self.query_one(LogPane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to the screen while nobody searches."""
        return self.has_class("-searching") if action == "end_search" else True

    @on(LogPane.SearchAsked)
    def open_search(self) -> None:
        """Let something be typed."""
        self.add_class("-searching")
        self.query_one(Input).focus()

    @on(Input.Changed, "#needle")
    def search(self, event: Input.Changed) -> None:
        """Mark what is found of what was typed so far."""
        event.stop()
        self.pane.search(event.value)

    @on(Input.Submitted, "#needle")
    def keep_search(self, event: Input.Submitted) -> None:
        """Go back to the log, with the marks."""
        event.stop()
        if event.value:
            self.pane.focus()
        else:
            self.action_end_search()

    def action_end_search(self) -> None:
        """Mark nothing any more."""
        self.query_one(Input).value = ""
        self.remove_class("-searching")
        self.pane.search("")
        self.pane.focus()
