"""The log of one component, as it grows, with all the room there is."""

from textual import work
from textual.app import ComposeResult

from matcha_tui.errors import MatchaError
from matcha_tui.screens.places import PlaceScreen
from matcha_tui.screens.session import Session
from matcha_tui.widgets.log_pane import LogLine, LogPane
from matcha_tui.widgets.log_view import LogView

_LINES = 20_000


class ComponentLogScreen(PlaceScreen):
    """Begins with what was logged before."""

    PLACE = "log"

    def __init__(self, session: Session, flavor: str) -> None:
        super().__init__(session)
        self._flavor = flavor

    def compose_body(self) -> ComposeResult:
        """Show the log alone."""
        yield LogView()

    def on_mount(self) -> None:
        """Begin to read."""
        log = self.query_one(LogPane)
        log.border_title = f"Log · {self._flavor}"
        log.focus()
        self.follow_log()

    @work(exclusive=True, group="log")
    async def follow_log(self) -> None:
        """Show what is logged, a batch at a time."""
        log = self.query_one(LogPane)
        try:
            async for lines in self.session.deployment.follow_log(self._flavor, _LINES):
                self.end_if_left()
                log.write_lines([LogLine(line) for line in lines])
        except MatchaError as error:
            self.end_if_left()
            self.show_error(error)
