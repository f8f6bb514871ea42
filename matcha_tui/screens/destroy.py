"""The last question before everything goes."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static, Switch

from matcha_tui.screens.base import MatchaScreen
from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.targets.base import Target


class _NameInput(Input):
    """An input whose enter is named in the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "Destroy",
            id="destroy.destroy",
            tooltip="Take everything down; the project's name must be typed first",
        ),
    ]


class DestroyScreen(MatchaScreen):
    """Explains what will go; does it once the project's name is typed."""

    CSS_PATH = "destroy.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="destroy.back", tooltip="Leave everything as it is"),
        Binding(
            "f2", "keep", "Keep data", id="destroy.keep", tooltip="Keep what the services hold"
        ),
    ]

    def stack_name(self) -> str:
        """Return the stack that is deployed."""
        deployed = self.session.deployment.overview.deployed
        return deployed.name if deployed else super().stack_name()

    def compose_body(self) -> ComposeResult:
        """Show what goes, then the switch if there is a choice, then the field."""
        name = self.session.deployment.project.workspace.name
        with VerticalScroll(can_focus=False):
            yield Label("This takes the whole stack down:", id="headline")
            yield Static("", id="going")
            yield Label("", id="fate")
            yield Static("", id="leftovers")
        with Vertical(id="answer"):
            with Horizontal(id="keep") as keep:
                keep.display = self._target().keeps_data
                yield Switch(animate=False, disabled=not keep.display)
                yield Label("Keep the data for the next provision", id="keep-words")
            with Horizontal(id="ask"):
                yield Label(Content.assemble("Type ", (name, "bold $accent"), " to destroy it: "))
                yield _NameInput(id="name", select_on_focus=False, compact=True)
                yield Button("Destroy", id="go", variant="error", disabled=True, compact=True)

    def on_mount(self) -> None:
        """Return what will go."""
        self.query_one(Input).focus()
        self.query_one("#fate").display = False
        self._show_fate()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask what is deployed, and what would be left over."""
        overview = await self.attempt(self.session.deployment.refresh())
        stack = overview.deployed if overview else None
        if stack:
            project = self.session.deployment.project
            lines = [
                Content.assemble(
                    ("- ", "bold $error"),
                    (f"{MODULE_TYPES[module_type]:<22}", "$quiet"),
                    project.catalog.title(self._target().name, module_type, flavor),
                )
                for module_type, flavor in stack.modules
            ]
            self.query_one("#going", Static).update(Content("\n").join(lines))
        left = await self.attempt(self.session.deployment.leftovers())
        if left:
            kept = "\n".join(f"- {line}" for line in left)
            self.query_one("#leftovers", Static).update(Content(kept))
        self.query_one("#fate").display = bool(left)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to keep data only where that can be done."""
        return self._target().keeps_data if action == "keep" else True

    @on(Switch.Changed)
    def show_fate(self) -> None:
        """Return what the switch means for the data."""
        self._show_fate()

    @on(Input.Changed)
    def compare(self) -> None:
        """Enable the last step when the name is right."""
        self.query_one("#go", Button).disabled = not self._is_named()

    def action_keep(self) -> None:
        """Turn the switch."""
        self.query_one(Switch).toggle()

    @on(Button.Pressed, "#go")
    @on(Input.Submitted)
    def destroy(self) -> None:
        """Do it, if the name is right."""
        if self._is_named():
            self.begin()
        else:
            name = self.session.deployment.project.workspace.name
            self.notify(f"Type {name} first, exactly so.", severity="warning", markup=False)

    @work(exclusive=True, group="destroy")
    async def begin(self) -> None:
        """Start the run, and watch it."""
        from matcha_tui.screens.monitor import MonitorScreen

        keep_data = self.query_one(Switch).value
        run = await self.attempt(self.session.deployment.start_destroy(keep_data))
        if run is not None:
            self.app.switch_screen(MonitorScreen(self.session, run, keep_data=keep_data))

    def action_back(self) -> None:
        """Leave everything as it is."""
        self.app.pop_screen()

    def _target(self) -> Target:
        """Return where the stack is deployed, whatever ``matcha.toml`` says by now."""
        deployment = self.session.deployment
        return deployment.overview.target or deployment.project.target

    def _show_fate(self) -> None:
        keeps = self.query_one(Switch).value
        words = "This stays, for the next provision:" if keeps else "With everything it holds:"
        self.query_one("#fate", Label).update(words)

    def _is_named(self) -> bool:
        return self.query_one(Input).value == self.session.deployment.project.workspace.name
