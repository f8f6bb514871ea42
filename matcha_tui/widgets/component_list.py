"""The deployed components, and how each of them is."""

from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.health_state import HealthState

_STATES = {
    HealthState.HEALTHY: ("●", "$success"),
    HealthState.STARTING: ("◐", "$warning"),
    HealthState.UNHEALTHY: ("▲", "$warning"),
    HealthState.DOWN: ("✗", "bold $error"),
    HealthState.STOPPED: ("■", "$quiet"),
}
_LAST = {None: "$accent", HealthState.HEALTHY: "$accent", HealthState.STOPPED: "$quiet"}
_WORD_WIDTH = 11
_SHORT_OF_ROOM = 90


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One deployed component.

    Attributes:
        module_type: The title of its slot.
        title: Its name.
        state: How it is, or ``None`` while nobody has asked yet.
        detail: What there is to add.
        url: Where it answers.
    """

    module_type: str
    title: str
    state: HealthState | None = None
    detail: str = ""
    url: str = ""


class ComponentList(Widget):
    """Takes rows; one line each."""

    DEFAULT_CSS = """
    ComponentList { height: auto; color: $foreground; }
    """

    rows: reactive[tuple[ComponentRow, ...]] = reactive((), layout=True)

    def render(self) -> Content:
        """Draw state, name and address of each."""
        slot = max((len(row.module_type) for row in self.rows), default=0) + 2
        title = max((len(row.title) for row in self.rows), default=0) + 2
        if self.size.width < _SHORT_OF_ROOM:
            slot = 0
        return Content("\n").join(self._draw(row, slot, title) for row in self.rows)

    def _draw(self, row: ComponentRow, slot: int, title: int) -> Content:
        symbol, style = _STATES[row.state] if row.state else ("○", "$quiet")
        word = row.state.value if row.state else "asking …"
        is_well = row.state is None or row.state is HealthState.HEALTHY
        last = row.url if is_well or not row.detail else row.detail
        return Content.assemble(
            (f"{symbol} {word:<{_WORD_WIDTH}}", style),
            (row.module_type.ljust(slot) if slot else "", "$quiet"),
            (row.title.ljust(title), "bold"),
            (last, _LAST.get(row.state, "$warning")),
        ).truncate(max(1, self.size.width), ellipsis=True)
