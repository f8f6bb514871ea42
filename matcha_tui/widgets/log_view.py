"""A log with what is needed to search it: the pane, and a field below it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from matcha_tui.widgets.log_pane import LogPane
from matcha_tui.widgets.search_view import SearchView, end_search_binding


class LogView(SearchView):
    """Shows the field while somebody searches."""

    DEFAULT_CSS = """
    LogView LogPane { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [end_search_binding("log.end")]

    def compose(self) -> ComposeResult:
        """Put the field below the pane."""
        yield LogPane(id="log")
        yield from super().compose()

    @property
    def pane(self) -> LogPane:
        """The log itself."""
        return self.query_one(LogPane)

    @property
    def searched(self) -> LogPane:
        """The log itself."""
        return self.pane
