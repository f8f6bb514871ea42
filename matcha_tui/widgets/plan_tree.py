"""What Terraform would do, by component, resource and attribute; only what is seen is drawn."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.planned import PlannedResource
from matcha_tui.terraform.progress import ResourceKey, RunProgress
from matcha_tui.widgets.plan_outline import MARKS, PlanNode, PlanOutline, PlanRow, outline
from matcha_tui.widgets.search_view import SearchAsked, SearchView, end_search_binding

_STYLES = {
    Action.CREATE: "add",
    Action.UPDATE: "change",
    Action.DELETE: "destroy",
    Action.REPLACE: "change",
    Action.READ: "quiet",
    Action.OTHER: "quiet",
}
_OPEN, _FOLDED, _LEAF = "▾ ", "▸ ", "  "
_WORD = 8
_RESOURCE = 2  # how long its key is


class PlanTree(ScrollView, can_focus=True):
    """Takes a plan's progress and, when they are known, what differs of each resource."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(
            f"plan-tree--{name}"
            for name in ("add", "change", "destroy", "quiet", "component", "plain")
        ),
        "plan-tree--cursor",
        "plan-tree--found",
    }
    DEFAULT_CSS = """
    PlanTree {
        background: $background;
        color: $foreground;
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .plan-tree--add { color: $success; }
        & > .plan-tree--change { color: $warning; }
        & > .plan-tree--destroy { color: $error; }
        & > .plan-tree--plain { color: $foreground; }
        & > .plan-tree--quiet { color: $quiet; }
        & > .plan-tree--component { text-style: bold; }
        & > .plan-tree--cursor { background: $block-cursor-blurred-background; }
        & > .plan-tree--found { text-style: underline; color: $accent; }
        &:focus > .plan-tree--cursor { background: $block-cursor-background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="plan.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="plan.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="plan.page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="plan.page_down"),
        Binding("home,g", "first", "First", show=False, id="plan.first"),
        Binding("end,G", "last", "Last", show=False, id="plan.last"),
        Binding(
            "space", "fold_or_open", "Unfold", id="plan.toggle", tooltip="Show what differs, or not"
        ),
        Binding("right,l", "open", "Open", show=False, id="plan.open", tooltip="Unfold this"),
        Binding(
            "left,h", "fold", "Fold", show=False, id="plan.fold", tooltip="Fold this, or go up"
        ),
        Binding(
            "plus,equals_sign",
            "all(True)",
            "Unfold all",
            show=False,
            id="plan.unfold_all",
            tooltip="Show every attribute that differs",
        ),
        Binding(
            "minus", "all(False)", "Fold all", show=False, id="plan.fold_all", tooltip="Fold all"
        ),
        Binding(
            "slash",
            "search",
            "Search",
            key_display="/",
            id="plan.search",
            tooltip="Find a resource, an attribute or a value",
        ),
        Binding("n", "next(1)", "Next", show=False, id="plan.next", tooltip="The next find"),
        Binding(
            "N", "next(-1)", "Previous", show=False, id="plan.previous", tooltip="The one before"
        ),
    ]

    cursor: reactive[int] = reactive(0, init=False)
    """Which row is looked at."""

    class Searched(Message):
        """What is found has changed.

        Attributes:
            words: How much was found, and which of it is looked at; empty for no search.
        """

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self) -> None:
        super().__init__()
        self._outline = PlanOutline()
        self._progress = RunProgress()

    @property
    def rows(self) -> list[PlanRow]:
        """What is shown, in view or not."""
        return self._outline.rows

    def show_plan(
        self,
        progress: RunProgress,
        planned: Mapping[ResourceKey, PlannedResource] | None = None,
    ) -> None:
        """Show what a finished plan run found out; what was looked at and opened stays so."""
        self._progress = progress
        nodes = outline(progress.resources.values(), planned or {})
        self._change(lambda: self._outline.show(nodes))

    def search(self, needle: str) -> None:
        """Mark where a text is found, and go to the nearest."""
        self._outline.search(needle)
        node = self._node()
        if node is not None and node.key not in self._outline.found:
            self.action_next(1)
        self.call_later(self._say_found)  # a message does not pass whoever calls this
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Stay within the rows."""
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self, before: int, cursor: int) -> None:
        """Keep it in view, and draw only the two rows that change."""
        self.scroll_to_region(Region(0, cursor, 1, 1), animate=False, force=True)
        first = self.scroll_offset.y
        for row in (before, cursor):
            self.refresh(Region(0, row - first, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        index, width = self.scroll_offset.y + y, self.size.width
        if index >= len(self.rows):
            return Strip.blank(width, self._style("plain"))
        strip = self._draw(self.rows[index], width).crop_extend(0, width, self._style("plain"))
        if index != self.cursor:
            return strip
        # Its background lies over that of each part.
        cursor = self.get_component_rich_style("plan-tree--cursor", partial=True)
        return Strip(Segment.apply_style(strip, post_style=cursor), width)

    def on_resize(self, event: events.Resize) -> None:
        """Wrap what is opened anew."""
        self._change(lambda: self._outline.resize(self.size.width))

    def on_click(self, event: events.Click) -> None:
        """Look at what is under the mouse; what is looked at is opened or folded."""
        row = self.scroll_offset.y + event.y
        if row >= len(self.rows):
            return
        was_there, self.cursor = row == self.cursor, row
        if was_there or event.x <= self.rows[row].depth + 1:
            self.action_fold_or_open()

    def action_move(self, by: int) -> None:
        """Look at another row."""
        self.cursor += by

    def action_page(self, pages: int) -> None:
        """Look a page further."""
        self.cursor += pages * max(1, self.size.height - 1)

    def action_first(self) -> None:
        """Look at the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Look at the last row."""
        self.cursor = len(self.rows) - 1

    def action_fold_or_open(self) -> None:
        """Open what is looked at, or fold it."""
        if node := self._node():
            self._set_open(node, not self._outline.is_open(node))

    def action_open(self) -> None:
        """Open what is looked at; what is open already is entered."""
        if (node := self._node()) is None:
            return
        if self._outline.is_open(node):
            self.cursor += 1
        else:
            self._set_open(node, True)

    def action_fold(self) -> None:
        """Fold what is looked at; what is folded already is left."""
        if (node := self._node()) is None:
            return
        if self._outline.is_open(node):
            self._set_open(node, False)
        elif len(node.key) > 1:
            self.cursor = self._outline.row_of(node.key[:-1])

    def action_all(self, is_open: bool) -> None:
        """Open everything, or fold it."""
        self._change(lambda: self._outline.set_all_open(is_open))

    def action_search(self) -> None:
        """Ask what to search for."""
        self.post_message(SearchAsked())

    def action_next(self, step: int) -> None:
        """Go to the next find, or the one before, wherever it is folded away."""
        node = self._node()
        if node is None or (key := self._outline.next_found(node.key, step)) is None:
            return
        self._outline.reveal(key)
        self._measure()
        self.cursor = self._outline.row_of(key)
        self._say_found()
        self.refresh()

    def _node(self) -> PlanNode | None:
        return self.rows[self.cursor].node if self.cursor < len(self.rows) else None

    def _set_open(self, node: PlanNode, is_open: bool) -> None:
        self._change(lambda: self._outline.set_open(node, is_open))

    def _change(self, change: Callable[[], None]) -> None:
        """Change which rows there are; the cursor stays on its node, or goes to what hides it."""
        node = self._node()
        change()
        self._measure()
        self.cursor = self._outline.row_of(node.key) if node else 0
        self.refresh()

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.rows))

    def _say_found(self) -> None:
        needle, found = self._outline.needle, self._outline.found
        node = self._node()
        place = f"{found.index(node.key) + 1} of " if node and node.key in found else ""
        self.post_message(self.Searched(f"{place}{len(found):,} found · n N" if needle else ""))

    def _draw(self, row: PlanRow, width: int) -> Strip:
        """Draw the fold, what is done, to what, and a note; what is too long is cut."""
        node = row.node
        if row.detail is not None:
            return Strip([Segment(" " * row.depth + row.detail, self._style("quiet"))])
        mark = f"{MARKS[node.action]} " if node.action else ""
        if node.action and len(node.key) == _RESOURCE:
            mark = f"{mark}{node.action.value:<{_WORD}}"
        name = "component" if node.action is None else "plain"
        parts = [
            Segment(mark, self._style(_STYLES[node.action] if node.action else "plain")),
            *self._marked(node.text[: 4 * width], self._style(name)),
            Segment(f"  {node.note}" if node.note else "", self._style("quiet")),
        ]
        strip, room = Strip(parts), width - row.depth - len(_LEAF)
        is_open, is_cut = self._outline.is_open(node), strip.cell_length > room
        if is_cut:
            strip = Strip([*strip.crop(0, room - 1), Segment("…", self._style("plain"))])
        can_open = bool(node.children) or is_cut
        fold = _OPEN if is_open else _FOLDED if can_open else _LEAF
        return Strip([Segment(" " * row.depth + fold, self._style("quiet")), *strip])

    def _marked(self, text: str, style: Style) -> list[Segment]:
        """Mark the first place where the text has what is searched for."""
        needle = self._outline.needle.lower()
        start = text.lower().find(needle) if needle else -1
        if start < 0:
            return [Segment(text, style)]
        end = start + len(needle)
        found = style + self.get_component_rich_style("plan-tree--found", partial=True)
        return [
            Segment(text[:start], style),
            Segment(text[start:end], found),
            Segment(text[end:], style),
        ]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"plan-tree--{name}")


class PlanView(SearchView):
    """A plan's tree with a field below it while somebody searches."""

    BINDINGS: ClassVar[list[BindingType]] = [end_search_binding("plan.end")]

    def compose(self) -> ComposeResult:
        """Put the field below the tree."""
        yield PlanTree()
        yield from super().compose()

    @property
    def searched(self) -> PlanTree:
        """The tree."""
        return self.query_one(PlanTree)
