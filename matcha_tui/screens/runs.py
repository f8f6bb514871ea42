"""What was run in this project, newest first; each can be looked at as it was."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from matcha_tui.project.history import RunRecord
from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.dashboard import RUN_ENDS
from matcha_tui.screens.session import Session
from matcha_tui.widgets.duration import ago, in_words
from matcha_tui.widgets.theme_colour import theme_colour

_COLUMNS = {"Result": 18, "What": 10, "Stack": 9, "When": 14, "Took": 12}


class RunsScreen(MatchaScreen):
    """One row a run."""

    CSS_PATH = "runs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor('down')", show=False, id="runs.down"),
        Binding("k", "cursor('up')", show=False, id="runs.up"),
        Binding("escape,q", "back", "Back", id="runs.back", tooltip="Go back"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._records: tuple[RunRecord, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Make the table."""
        table: DataTable[Text] = DataTable(cursor_type="row")
        for title, width in _COLUMNS.items():
            table.add_column(title, width=width)
        table.add_column("Run")
        yield table

    def on_mount(self) -> None:
        """Read what there is."""
        self.query_one(DataTable).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Fill the table."""
        found = await self.attempt(self.session.deployment.runs())
        if found is None:
            return
        self._records = found
        now, table = self.session.now(), self.query_one(DataTable)
        for record in found:
            end, style = RUN_ENDS.get(record.state, (f"▸ {record.state.value}", "$accent"))
            seconds = record.seconds(now)
            table.add_row(
                Text(end, theme_colour(self.app, style.removeprefix("$"))),
                Text(record.run.kind),
                Text(record.run.details.get("stack", "")),
                Text(ago(record.run.created, now)),
                Text(in_words(seconds) if seconds is not None else ""),
                Text(record.run.id),
            )

    @on(DataTable.RowSelected)
    def open_run(self, event: DataTable.RowSelected) -> None:
        """Show a run's resources and its log as they were, or as they are."""
        from matcha_tui.screens.monitor import MonitorScreen

        self.app.push_screen(MonitorScreen(self.session, self._records[event.cursor_row].run))

    def action_cursor(self, direction: str) -> None:
        """Move the cursor."""
        table = self.query_one(DataTable)
        if direction == "down":
            table.action_cursor_down()
        else:
            table.action_cursor_up()

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()
