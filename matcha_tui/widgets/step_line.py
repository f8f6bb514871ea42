"""The wizard's steps in one line, with the one that it is at."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

STEPS = ("Stack", "Modules", "Settings", "Review", "Build", "Done")


class StepLine(Widget):
    """Shows where in the wizard one is."""

    DEFAULT_CSS = """
    StepLine { height: 1; padding: 0 1; color: $quiet; background: $surface; }
    """

    current: reactive[str] = reactive(STEPS[0])

    def __init__(self, current: str) -> None:
        super().__init__()
        self.set_reactive(StepLine.current, current)

    def render(self) -> Content:
        """Draw what is done with a tick, where one is with an arrow, the rest with numbers."""
        parts: list[Content | tuple[str, str]] = []
        at = STEPS.index(self.current)
        for number, step in enumerate(STEPS):
            if parts:
                parts.append((" \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ", "$border"))
            if number < at or step == self.current == STEPS[-1]:
                parts.append((f"✓ {step}", "$secondary"))
            elif number == at:
                parts.append((f"▸ {step}", "bold $accent"))
            else:
                parts.append((f"{number + 1} {step}" if step != STEPS[-1] else step, "$quiet"))
        return Content.assemble(*parts)
