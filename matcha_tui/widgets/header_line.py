"""The first line of every screen: which project this is, where it is built and as what."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class HeaderLine(Widget):
    """Names the project, its target and its stack."""

    DEFAULT_CSS = """
    HeaderLine {
        dock: top;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
    }
    """

    project: reactive[str] = reactive("")
    target: reactive[str] = reactive("")
    stack: reactive[str] = reactive("")

    def __init__(self, project: str, *, target: str, stack: str) -> None:
        super().__init__()
        self.set_reactive(HeaderLine.project, project)
        self.set_reactive(HeaderLine.target, target)
        self.set_reactive(HeaderLine.stack, stack)

    def render(self) -> Content:
        """Draw the project at the left, the rest at the right."""
        left = Content.assemble(("matcha", "bold $primary"), ("  ", ""), (self.project, "bold"))
        words = " · ".join(filter(None, (self.target, self.stack and f"{self.stack} stack")))
        room = self.size.width - len(words) - 2
        if left.cell_length > room:
            left = left.truncate(max(0, room), ellipsis=True)
        gap = max(1, self.size.width - left.cell_length - len(words))
        return Content.assemble(left, " " * gap, (words, "$quiet"))
