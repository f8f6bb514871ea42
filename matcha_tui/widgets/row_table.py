"""A table of rows, one of which is chosen: as tall as there is room."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable


class RowTable(DataTable[Text]):
    """Has a cursor on a whole row."""

    DEFAULT_CSS = """
    RowTable {
        height: 1fr;
        margin: 1 1 0 1;
        background: $background;
        overflow-x: hidden;
        &:focus { background-tint: $background 0%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home,g", "scroll_top", "First", show=False, id="table.first"),
        Binding("end,G", "scroll_bottom", "Last", show=False, id="table.last"),
    ]

    def __init__(self) -> None:
        super().__init__(cursor_type="row")
