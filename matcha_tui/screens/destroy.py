"""The last question before everything goes."""

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static, Switch

from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import Leftovers, format_count
from matcha_tui.errors import MatchaError
from matcha_tui.screens.base import MatchaScreen
from matcha_tui.screens.session import Session
from matcha_tui.stack.catalog import MODULE_TYPES


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
        Binding(
            "f3",
            "delete",
            "Delete all",
            id="destroy.delete",
            tooltip="Delete the data outside of the project, too",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._left = Leftovers()

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
            yield Label("", id="lasting-fate")
            yield Static("", id="lasting")
        with Vertical(id="answer"):
            with Horizontal(id="keep", classes="switch") as keep:
                keep.display = self.session.deployed_on.keeps_data
                yield Switch(animate=False, disabled=not keep.display)
                yield Label("Keep all data for the next provision")
            with Horizontal(id="delete", classes="switch") as delete:
                delete.display = False
                yield Switch(animate=False, disabled=True)
                yield Label("Delete the data outside of the project, too")
            with Horizontal(id="ask"):
                yield Label(Content.assemble("Type ", (name, "bold $accent"), " to destroy it: "))
                yield _NameInput(id="name", select_on_focus=False, compact=True)
                yield Button("Destroy", id="go", variant="error", disabled=True, compact=True)

    def on_mount(self) -> None:
        """Return what will go."""
        self.query_one(Input).focus()
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
                    project.catalog.title(self.session.deployed_on.name, module_type, flavor),
                )
                for module_type, flavor in stack.modules
            ]
            self.query_one("#going", Static).update(Content("\n").join(lines))
        if overview and overview.is_partial:
            await self._show_count()
        left = await self.attempt(self.session.deployment.leftovers())
        if left:
            self.query_one("#leftovers", Static).update(_bullets(left.data))
            self.query_one("#lasting", Static).update(_bullets(left.lasting))
            delete = self.query_one("#delete")
            delete.display, delete.query_one(Switch).disabled = bool(left.lasting), not left.lasting
            self._left = left
            self.refresh_bindings()
        self._show_fate()

    async def _show_count(self) -> None:
        """Say how much of a partly built stack there is, if its components answer."""
        with suppress(MatchaError):
            found = await self.session.deployment.health()
            headline = f"This takes down what is there; {format_count(found)}:"
            self.query_one("#headline", Label).update(headline)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to keep or delete data only where that can be done."""
        if action == "delete":
            return bool(self._left.lasting)
        return self.session.deployed_on.keeps_data if action == "keep" else True

    @on(Switch.Changed)
    def show_fate(self, event: Switch.Changed) -> None:
        """Say what the switches mean for the data; they exclude each other."""
        if event.value:
            for switch in self.query(Switch):
                if switch is not event.switch:
                    switch.value = False
        self._show_fate()

    @on(Input.Changed)
    def compare(self) -> None:
        """Enable the last step when the name is right."""
        self.query_one("#go", Button).disabled = not self._is_named()

    def action_keep(self) -> None:
        """Turn the first switch."""
        self.query_one("#keep Switch", Switch).toggle()

    def action_delete(self) -> None:
        """Turn the second switch."""
        self.query_one("#delete Switch", Switch).toggle()

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

        data = self._chosen()
        run = await self.attempt(self.session.deployment.start_destroy(data))
        if run is not None:
            self.app.switch_screen(MonitorScreen(self.session, run, data=data))

    def action_back(self) -> None:
        """Leave everything as it is."""
        self.app.pop_screen()

    def _show_fate(self) -> None:
        data = self._chosen()
        keeps = data is DataChoice.KEEP
        for selector, lines, stays in (
            ("#fate", self._left.data, keeps),
            ("#lasting-fate", self._left.lasting, data is not DataChoice.DELETE),
        ):
            label = self.query_one(selector, Label)
            label.display = bool(lines)
            label.set_class(stays, "stays")
            label.update("This stays, for the next provision:" if stays else "With all it holds:")

    def _chosen(self) -> DataChoice:
        if self.query_one("#keep Switch", Switch).value:
            return DataChoice.KEEP
        if self.query_one("#delete Switch", Switch).value:
            return DataChoice.DELETE
        return DataChoice.KEEP_LASTING

    def _is_named(self) -> bool:
        return self.query_one(Input).value == self.session.deployment.project.workspace.name


def _bullets(lines: Sequence[str]) -> Content:
    return Content("\n".join(f"- {line}" for line in lines))
