"""How something ended, in a box that cannot be overlooked."""

from dataclasses import dataclass
from enum import StrEnum

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class Tone(StrEnum):
    """How good the news is."""

    GOOD = "good"
    BAD = "bad"
    MIXED = "mixed"


_MARKS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.MIXED: "■"}


@dataclass(frozen=True, slots=True)
class BannerMessage:
    """What a banner says.

    Attributes:
        tone: How good it is.
        headline: One sentence.
        lines: What there is to add: what it means, and what to do next.
    """

    tone: Tone
    headline: str
    lines: tuple[str, ...] = ()


class Banner(Widget):
    """Takes news; hidden while there are none."""

    DEFAULT_CSS = """
    Banner {
        height: auto;
        max-height: 8;
        display: none;
        padding: 0 1;
        border: round $border;
        &.-good { display: block; border: round $success; color: $success; }
        &.-bad { display: block; border: round $error; color: $error; }
        &.-mixed { display: block; border: round $warning; color: $warning; }
    }
    """

    message: reactive[BannerMessage | None] = reactive(None, layout=True)

    def watch_message(self, message: BannerMessage | None) -> None:
        """Dress as the news are."""
        for tone in Tone:
            self.set_class(message is not None and message.tone is tone, f"-{tone}")

    def render(self) -> Content:
        """Draw the headline above the rest."""
        if self.message is None:
            return Content("")
        headline = (f"{_MARKS[self.message.tone]} {self.message.headline}", "bold")
        return Content.assemble(
            headline, *((f"\n  {line}", "$foreground") for line in self.message.lines)
        )
