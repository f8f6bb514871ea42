"""The last step: what the stack gives, to look up and to copy."""

import asyncio
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import DataTable, Static

from matcha_tui.health_state import HealthState
from matcha_tui.overview import Resource
from matcha_tui.screens.base import WIDE
from matcha_tui.screens.browser import open_in_browser
from matcha_tui.screens.places import PlaceScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.snippet import Snippet
from matcha_tui.stack.usage import SNIPPETS
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.widgets.row_table import RowTable
from matcha_tui.widgets.theme_colour import theme_colour

MASK = "••••••••"
_NAME_WIDTH, _PROPERTY_WIDTH, _LEAST_VALUE, _PADDING = 20, 16, 20, 2
_SYMBOL_WIDTH, _WORD_WIDTH = 1, 11
_SHOWN_SECONDS = 30.0
_USES_ROWS = 36
_WHOLE_STACK = {
    "shell": "matcha clients > clients.txt    # the packages that fit the servers\n"
    "matcha connect                  # tells .env, DVC and ZenML where the stack is\n"
    'eval "$(matcha env)"            # the same for this shell'
}
_STATES = {
    HealthState.HEALTHY: ("●", "success"),
    HealthState.STARTING: ("◐", "warning"),
    HealthState.UNHEALTHY: ("▲", "warning"),
    HealthState.DOWN: ("✗", "error"),
    HealthState.STOPPED: ("■", "quiet"),
}


class ResourcesScreen(PlaceScreen):
    """One row a property; secrets are masked, and shown one at a time, for a while."""

    CSS_PATH = "resources.tcss"
    PLACE = "resources"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,c", "copy", "Copy", id="resources.copy", tooltip="Copy the value"),
        Binding(
            "s",
            "show",
            "Show/hide",
            id="resources.show",
            tooltip="Show this secret for half a minute, or hide it",
        ),
        Binding("o", "open", "Open", id="resources.open", tooltip="Open the address in a browser"),
        Binding("u", "use", "Use it", id="resources.use", tooltip="How it is used, to be copied"),
        Binding("j", "app.simulate_key('down')", show=False, id="resources.down"),
        Binding("k", "app.simulate_key('up')", show=False, id="resources.up"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._resources: tuple[Resource, ...] = ()
        self._health: dict[str, ComponentHealth] = {}
        self._shown: Resource | None = None
        self._hiding: Timer | None = None
        self._snippets: dict[str, dict[str, str]] = {}

    def compose_body(self) -> ComposeResult:
        """Make the table above the details."""
        table = RowTable()
        table.add_column("", key="health", width=_SYMBOL_WIDTH)
        table.add_column("Resource", key="name", width=_NAME_WIDTH)
        table.add_column("Property", key="property", width=_PROPERTY_WIDTH)
        table.add_column("Value", key="value", width=_LEAST_VALUE)
        yield table
        yield Static("", id="detail")
        with Horizontal(id="uses"):
            for language in SNIPPETS:
                with VerticalScroll(id=f"use-{language}", classes="use", can_focus=False):
                    yield Static("", markup=False)

    def on_mount(self) -> None:
        """Read what there is."""
        self.query_one(RowTable).focus()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._fill())
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Fill the table, then ask every component how it is."""
        found = await self.attempt(self.session.deployment.list_resources())
        if found is None:
            return
        self._resources = found
        self._fill()
        self._snippets = await self.attempt(self.session.deployment.snippets()) or {}
        self.show_detail()
        health = await self.attempt(self.session.deployment.health())
        if health is not None:
            flavors = self.session.deployment.project.catalog.flavors
            slots = {flavor.module_type: flavor.resource for flavor in flavors}
            self._health = {slots[name]: one for name, one in health.items() if name in slots}
            self._fill()

    def on_resize(self, event: events.Resize) -> None:
        """Give the value what room is left; say the health in a word where there is room."""
        self.set_class(event.size.height >= _USES_ROWS, "-with-uses")
        table = self.query_one(RowTable)
        columns = {column.key.value: column for column in table.columns.values()}
        columns["health"].width = _WORD_WIDTH if event.size.width >= WIDE else _SYMBOL_WIDTH
        used = sum(columns[name].width for name in ("health", "name", "property")) + 4 * _PADDING
        columns["value"].width = max(_LEAST_VALUE, event.size.width - used - 4)
        self._fill()

    @on(DataTable.RowHighlighted)
    def show_detail(self) -> None:
        """Show the whole value under the cursor, and what it is for."""
        resource = self._current()
        if resource is None:
            return
        health = self._health.get(resource.name)
        lines = [Content.styled(self._value(resource), "bold $accent")]
        if resource.help:
            lines.append(Content.styled(resource.help, "$quiet"))
        if health:
            detail = f": {health.detail}" if health.detail else ""
            lines.append(Content.styled(f"{health.flavor} is {health.state}{detail}", "$quiet"))
        self.query_one("#detail", Static).update(Content("\n").join(lines))
        self._show_uses(resource.name)

    def _show_uses(self, name: str) -> None:
        """Show below how the resource is used, where there is room for it."""
        snippets = self._snippets.get(name)
        what = name if snippets else "the stack"
        snippets = snippets or _WHOLE_STACK
        for language in SNIPPETS:
            pane = self.query_one(f"#use-{language}")
            pane.display = language in snippets
            pane.border_title = f"{what} from {language}"
            pane.query_one(Static).update(snippets.get(language, ""))

    def action_copy(self) -> None:
        """Copy the value, also one that is masked."""
        resource = self._current()
        if resource:
            self.app.copy_to_clipboard(resource.value)
            self.notify(f"Copied {resource.name} {resource.property}.", markup=False)

    def action_show(self) -> None:
        """Show this secret and no other, until it is hidden again or its time is over."""
        resource = self._current()
        if resource is None:
            return
        if not resource.secret:
            self.notify("That is no secret: it is shown already.", markup=False)
            return
        if self._hiding:
            self._hiding.stop()
        self._shown = None if self._shown == resource else resource
        if self._shown:
            self._hiding = self.set_timer(_SHOWN_SECONDS, self._hide)
        self._fill()

    def _hide(self) -> None:
        self._shown = None
        self._fill()

    @work(group="open")
    async def action_open(self) -> None:
        """Open the address under the cursor."""
        resource = self._current()
        if resource is None:
            return
        if not resource.value.startswith(("http://", "https://")):
            self.notify("That is no web address.", severity="warning", markup=False)
        elif await asyncio.to_thread(open_in_browser, resource.value):
            self.notify(f"Opened {resource.value}", markup=False)
        else:
            self.app.copy_to_clipboard(resource.value)
            self.notify("There is no browser here; the address is copied.", markup=False)

    @work(group="use")
    async def action_use(self) -> None:
        """Show how the resource under the cursor is used from Python and from the shell."""
        resource = self._current()
        found = await self.attempt(self.session.deployment.snippets())
        if resource is None or found is None:
            return
        if snippets := found.get(resource.name):
            self.app.push_screen(Snippet(resource.name, snippets))
        else:
            self.notify(f"{resource.name} is not used by itself.", markup=False)

    def _current(self) -> Resource | None:
        row = self.query_one(RowTable).cursor_row
        return self._resources[row] if 0 <= row < len(self._resources) else None

    def _value(self, resource: Resource) -> str:
        return MASK if resource.secret and resource != self._shown else resource.value

    def _fill(self) -> None:
        table = self.query_one(RowTable)
        row = table.cursor_row
        table.clear()
        named, quiet = "", theme_colour(self.app, "quiet")
        for resource in self._resources:
            is_first = resource.name != named
            named = resource.name
            table.add_row(
                self._health_cell(resource.name) if is_first else Text(""),
                Text(resource.name if is_first else "", "bold"),
                Text(resource.property),
                Text(self._value(resource), quiet if resource.secret else ""),
            )
        table.move_cursor(row=row)
        self.show_detail()

    def _health_cell(self, name: str) -> Text:
        health = self._health.get(name)
        if health is None:
            return Text("")
        symbol, colour = _STATES[health.state]
        return Text(f"{symbol} {health.state.value}", theme_colour(self.app, colour))
