"""The models that the stack serves: look, deploy, remove, and copy a ready call."""

from time import monotonic
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, Label, Static

from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.session import Session
from matcha_tui.targets.inference import curl_call, python_call
from matcha_tui.targets.parts import ServedModel
from matcha_tui.widgets.duration import in_words
from matcha_tui.widgets.row_table import RowTable

_READY = "READY"
_NONE = (
    "No model is served yet.\n\nPress a to serve one: of MLflow (models:/NAME/VERSION), or a "
    "folder with a model that MLflow or scikit-learn has saved."
)


class ModelsScreen(MatchaScreen):
    """One row a model; below it, how the one under the cursor is called."""

    CSS_PATH = "models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "deploy", "Deploy", id="models.deploy", tooltip="Serve another model"),
        Binding(
            "x,delete", "remove", "Remove", id="models.remove", tooltip="Serve this one no longer"
        ),
        Binding("y", "copy_curl", "Copy curl", id="models.curl", tooltip="Copy a call for a shell"),
        Binding(
            "p", "copy_python", "Copy Python", id="models.python", tooltip="Copy a call in Python"
        ),
        Binding("j", "app.simulate_key('down')", show=False, id="models.down"),
        Binding("k", "app.simulate_key('up')", show=False, id="models.up"),
        Binding("escape,q", "back", "Back", id="models.back", tooltip="Go back"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._models: tuple[ServedModel, ...] = ()
        self._working = ""
        self._since = 0.0

    def compose_body(self) -> ComposeResult:
        """Make the table above the details."""
        table = RowTable()
        table.add_column("Model", key="name", width=20)
        table.add_column("State", key="state", width=13)
        table.add_column("From", key="source")
        yield table
        yield Static(_NONE, id="none", markup=False)
        yield Label("", id="work", markup=False)
        yield Static("", id="detail")

    def on_mount(self) -> None:
        """Ask what is served."""
        self.query_one(RowTable).focus()
        self.query_one("#none").display = False
        self.set_interval(1, self._show_work)
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Fill the table."""
        found = await self.attempt(self.session.deployment.models())
        if found is not None:
            self._models = found
            self._fill()

    @work(group="change", exclusive=True)
    async def action_deploy(self) -> None:
        """Ask which model, and serve it; the screen can be used meanwhile."""
        wanted = await self.app.push_screen_wait(DeployModel())
        if wanted is None:
            return
        source, name = wanted
        self._begin(f"Loading {source}")
        served = await self.attempt(self.session.deployment.deploy_model(source, name or None))
        self._begin("")
        if served is not None:
            self.notify(f"{served.name} is served at {served.url}", markup=False)
            self.load()

    @work(group="change", exclusive=True)
    async def action_remove(self) -> None:
        """Remove the model under the cursor, after a question."""
        model = self._current()
        if model is None:
            return
        question = Confirm(
            f"Serve {model.name} no longer?",
            f"Where it came from it stays: {model.source or 'in its folder'}.",
            yes="Remove it",
            no="Leave it",
        )
        if not await self.app.push_screen_wait(question):
            return
        self._begin(f"Removing {model.name}")
        await self.attempt(self.session.deployment.remove_model(model.name))
        self._begin("")
        self.load()

    @on(DataTable.RowHighlighted)
    def show_detail(self) -> None:
        """Show how the model under the cursor is called."""
        model = self._current()
        detail = self.query_one("#detail", Static)
        if model is None:
            detail.update("")
            return
        lines = [Content.styled(model.url, "bold $accent")]
        if model.reason:
            lines.append(Content.styled(model.reason, "$warning"))
        takes = ", ".join(item.name for item in model.inputs) or "it does not say what"
        lines.append(Content.styled(f"Takes: {takes}", "$quiet"))
        if model.state == _READY:
            lines.append(Content(curl_call(model)))
        detail.update(Content("\n").join(lines))

    def action_copy_curl(self) -> None:
        """Copy a call for a shell."""
        model = self._current()
        if model:
            self.app.copy_to_clipboard(curl_call(model))
            self.notify(f"Copied a curl of {model.name}.", markup=False)

    def action_copy_python(self) -> None:
        """Copy a call in Python."""
        model = self._current()
        if model:
            self.app.copy_to_clipboard(python_call(model))
            self.notify(f"Copied a Python call of {model.name}.", markup=False)

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()

    def _current(self) -> ServedModel | None:
        row = self.query_one(RowTable).cursor_row
        return self._models[row] if 0 <= row < len(self._models) else None

    def _fill(self) -> None:
        table = self.query_one(RowTable)
        row = table.cursor_row
        table.clear()
        for model in self._models:
            symbol = "●" if model.state == _READY else "▲"
            table.add_row(
                Text(model.name, "bold"),
                Text(f"{symbol} {model.state.lower()}"),
                Text(model.source),
            )
        table.display, self.query_one("#none").display = bool(self._models), not self._models
        table.move_cursor(row=row)
        self.show_detail()

    def _begin(self, work: str) -> None:
        self._working, self._since = work, monotonic()
        self._show_work()

    def _show_work(self) -> None:
        words = f"◐ {self._working}, {in_words(monotonic() - self._since)}" if self._working else ""
        self.query_one("#work", Label).update(words)


class DeployModel(ModalScreen[tuple[str, str] | None]):
    """Asks which model, and what it is to be called."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="deploy.back", tooltip="Deploy nothing"),
    ]

    def compose(self) -> ComposeResult:
        """Make two fields."""
        with Vertical(id="deploy") as box:
            box.border_title = "Serve a model"
            box.border_subtitle = "enter deploys · esc goes back"
            yield Label("A model of MLflow, or a folder:")
            yield Input(placeholder="models:/iris/1", id="source", compact=True)
            yield Label("Its name, if not that of its source:")
            yield Input(id="name", compact=True)

    @on(Input.Submitted)
    def take(self) -> None:
        """Give what was typed, once a source is."""
        source = self.query_one("#source", Input).value.strip()
        if source:
            self.dismiss((source, self.query_one("#name", Input).value.strip()))

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)
