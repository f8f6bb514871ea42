"""The checklist of modules."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from matcha_tui.widgets.theme_colour import theme_colour

_TICKED, _UNTICKED = "[x]", "[ ]"
_TICK_WIDTH, _TYPE_WIDTH, _TITLE_WIDTH = 5, 20, 18
_LEAST_DESCRIPTION = 16
_PADDING = 2  # one cell at each side of a column


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One module that can be taken.

    Attributes:
        key: Identifies it; given back in messages.
        module_type: The title of its slot.
        title: Its name.
        description: What it is for, in one sentence.
        ticked: Whether it is taken.
        is_changed: Whether that differs from what the edit began with.
        warning: What its users must know before they take it; may be empty.
    """

    key: str
    module_type: str
    title: str
    description: str
    ticked: bool
    is_changed: bool = False
    warning: str = ""


class ModuleTable(DataTable[Text]):
    """Takes rows, and says which of them the user wants changed."""

    DEFAULT_CSS = """
    ModuleTable {
        height: auto;
        overflow-x: hidden;
        background: $background;
        &:focus { background-tint: $background 0%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space,x",
            "toggle_module",
            "On/off",
            key_display="space",
            id="modules.toggle",
            tooltip="Take the module in, or leave it out",
        ),
        Binding(
            "a", "toggle_all", "All/none", id="modules.all", tooltip="Take all modules, or none"
        ),
        Binding(
            "enter", "confirm", "Continue", id="modules.confirm", tooltip="Go on to the settings"
        ),
        Binding("j", "cursor_down", show=False, id="modules.down"),
        Binding("k", "cursor_up", show=False, id="modules.up"),
        Binding("home,g", "scroll_top", "First", show=False, id="modules.first"),
        Binding("end,G", "scroll_bottom", "Last", show=False, id="modules.last"),
    ]

    class Toggled(Message):
        """The user wants one module taken in or left out."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class AllToggled(Message):
        """The user wants all modules, or none."""

    class Confirmed(Message):
        """The user wants to go on."""

    class Highlighted(Message):
        """The cursor is on another module."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, rows: tuple[ModuleRow, ...]) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False)
        self._shown = rows

    def on_mount(self) -> None:
        """Make the columns once, with widths that stay."""
        self.add_column("", key="tick", width=_TICK_WIDTH)
        self.add_column("Module", key="type", width=_TYPE_WIDTH)
        self.add_column("Flavor", key="title", width=_TITLE_WIDTH)
        self.add_column("What it is for", key="description", width=_LEAST_DESCRIPTION)
        for row in self._shown:
            self.add_row(*self._cells(row), key=row.key)
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.show_rows(self._shown))

    def show_rows(self, rows: tuple[ModuleRow, ...]) -> None:
        """Show which modules are taken now."""
        self._shown = rows
        for row in rows:
            for column, cell in zip(self.columns, self._cells(row), strict=True):
                self.update_cell(row.key, column, cell)

    def action_toggle_module(self) -> None:
        """Ask for the module under the cursor to be changed."""
        if self._shown:
            self.post_message(self.Toggled(self._shown[self.cursor_row].key))

    def action_toggle_all(self) -> None:
        """Ask for all modules, or for none."""
        self.post_message(self.AllToggled())

    def action_confirm(self) -> None:
        """Say that these are the ones."""
        self.post_message(self.Confirmed())

    def on_resize(self, event: events.Resize) -> None:
        """Give the description what room is left."""
        used = _TICK_WIDTH + _TYPE_WIDTH + _TITLE_WIDTH + 4 * _PADDING
        column = next(item for item in self.columns.values() if item.key.value == "description")
        column.width = max(_LEAST_DESCRIPTION, event.size.width - used - 1)
        self.refresh()

    @on(DataTable.RowHighlighted)
    def _post_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.Highlighted(event.row_key.value))

    def on_click(self, event: events.Click) -> None:
        """Ask for the module under the mouse to be changed, by the first click already."""
        row = event.style.meta.get("row", -1)
        if 0 <= row < len(self._shown):
            self.post_message(self.Toggled(self._shown[row].key))

    def _cells(self, row: ModuleRow) -> tuple[Text, ...]:
        quiet, good, mind = (
            theme_colour(self.app, name) for name in ("quiet", "success", "warning")
        )
        tick = Text(_TICKED, f"bold {good}") if row.ticked else Text(_UNTICKED, quiet)
        if row.is_changed:
            tick.append(" +" if row.ticked else " -", f"bold {mind}")
        return (
            tick,
            Text(row.module_type, "" if row.ticked else quiet),
            Text(row.title, "bold" if row.ticked else quiet),
            Text.assemble(
                (f"▲ {row.warning} " if row.warning else "", mind),
                (row.description, quiet),
                no_wrap=True,
                overflow="ellipsis",
            ),
        )
