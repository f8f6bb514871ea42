"""What was run in this project, newest first; each can be looked at as it was."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from matcha_tui.project.history import RunRecord
from matcha_tui.screens.dashboard import describe_end
from matcha_tui.screens.places import PlaceScreen
from matcha_tui.screens.session import Session
from matcha_tui.widgets.duration import ago, in_words
from matcha_tui.widgets.row_table import RowTable
from matcha_tui.widgets.theme_colour import theme_colour

_COLUMNS = {"Result": 18, "What": 10, "Stack": 9, "When": 14, "Took": 12}


class RunsScreen(PlaceScreen):
    """One row a run."""

    PLACE = "history"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "app.simulate_key('down')", show=False, id="runs.down"),
        Binding("k", "app.simulate_key('up')", show=False, id="runs.up"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._records: tuple[RunRecord, ...] = ()

    def compose_body(self) -> ComposeResult:
        """Make the table."""
        table = RowTable()
        for title, width in _COLUMNS.items():
            table.add_column(title, width=width)
        table.add_column("Run")
        yield table

    def on_mount(self) -> None:
        """Read what there is."""
        self.query_one(RowTable).focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Fill the table."""
        found = await self.attempt(self.session.deployment.runs())
        if found is None:
            return
        self._records = found
        now, table = self.session.now(), self.query_one(RowTable)
        for record in found:
            end, style = describe_end(record.state)
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
