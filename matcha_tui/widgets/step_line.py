"""The wizard's steps in one line, with the one that it is at."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

DONE = "Done"
_BEFORE, _AFTER = ("Stack", "Modules"), ("Settings", "Review", "Build", DONE)
_BETWEEN = {"azure": ("Account", "Region")}
_SEPARATORS = (" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "  ")


def steps_of(target: str) -> tuple[str, ...]:
    """Return the wizard's steps for a target: ``azure``."""
    return (*_BEFORE, *_BETWEEN.get(target, ()), *_AFTER)


class StepLine(Widget):
    """Shows where in the wizard one is."""

    DEFAULT_CSS = """
    StepLine { height: 1; padding: 0 1; color: $quiet; background: $surface; }
    """

    current: reactive[str] = reactive("")
    steps: reactive[tuple[str, ...]] = reactive(())

    def __init__(self, current: str, target: str) -> None:
        super().__init__()
        self.set_reactive(StepLine.current, current)
        self.set_reactive(StepLine.steps, steps_of(target))

    def render(self) -> Content:
        """Draw the steps, closer to each other where there is less room."""
        for separator in _SEPARATORS:
            line = self._draw(separator)
            if line.cell_length <= self.size.width:
                break
        return line

    def _draw(self, separator: str) -> Content:
        """Draw what is done with a tick, where one is with an arrow, the rest with numbers."""
        at = self.steps.index(self.current)
        parts = []
        for number, step in enumerate(self.steps):
            if number < at or step == self.current == DONE:
                parts.append(Content.styled(f"✓ {step}", "$secondary"))
            elif number == at:
                parts.append(Content.styled(f"▸ {step}", "bold $accent"))
            else:
                words = f"{number + 1} {step}" if step != DONE else step
                parts.append(Content.styled(words, "$quiet"))
        return Content.styled(separator, "$border").join(parts)
