"""What each module costs."""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

_GAP = 2


@dataclass(frozen=True, slots=True)
class CostRow:
    """One module and what is paid for it.

    Attributes:
        module_type: The title of its slot.
        title: Its name.
        cost: In words: ``free``.
    """

    module_type: str
    title: str
    cost: str


class CostTable(Widget):
    """Lists modules with their cost."""

    DEFAULT_CSS = """
    CostTable { height: auto; color: $foreground; }
    """

    rows: reactive[tuple[CostRow, ...]] = reactive((), layout=True)

    def __init__(self, rows: tuple[CostRow, ...]) -> None:
        super().__init__()
        self.set_reactive(CostTable.rows, rows)

    def render(self) -> Content:
        """Draw one line a module."""
        first = max((len(row.module_type) for row in self.rows), default=0) + _GAP
        second = max((len(row.title) for row in self.rows), default=0) + _GAP
        return Content("\n").join(
            Content.assemble(
                (row.module_type.ljust(first), "$quiet"),
                (row.title.ljust(second), "bold"),
                (row.cost, "$success"),
            )
            for row in self.rows
        )
