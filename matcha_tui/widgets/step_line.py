"""The wizard's steps in one line, with the one that it is at."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

_SEPARATORS = (" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "  ")


class StepLine(Widget):
    """Shows where in the wizard one is; at its last step everything is done."""

    DEFAULT_CSS = """
    StepLine { height: 1; padding: 0 1; color: $quiet; background: $surface; }
    """

    current: reactive[str] = reactive("")
    steps: reactive[tuple[str, ...]] = reactive(())

    def __init__(self, current: str, steps: tuple[str, ...]) -> None:
        super().__init__()
        self.set_reactive(StepLine.current, current)
        self.set_reactive(StepLine.steps, steps)

    def render(self) -> Content:
        """Draw the steps, closer to each other where there is less room."""
        for separator in _SEPARATORS:
            line = self._draw(separator)
            if line.cell_length <= self.size.width:
                break
        return line

    def _draw(self, separator: str) -> Content:
        """Draw what is done with a tick, where one is with an arrow, the rest with numbers."""
        at, end = self.steps.index(self.current), len(self.steps) - 1
        parts = []
        for number, step in enumerate(self.steps):
            if number < at or number == at == end:
                parts.append(Content.styled(f"✓ {step}", "$secondary"))
            elif number == at:
                parts.append(Content.styled(f"▸ {step}", "bold $accent"))
            else:
                words = f"{number + 1} {step}" if number != end else step
                parts.append(Content.styled(words, "$quiet"))
        return Content.styled(separator, "$border").join(parts)
