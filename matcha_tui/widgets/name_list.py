"""What things will be called."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

_TWO_COLUMNS = 96


class NameList(Widget):
    """Takes pairs of a thing and its name; one line each, or two where there is room."""

    DEFAULT_CSS = """
    NameList { height: auto; padding-left: 4; color: $foreground; }
    """

    names: reactive[tuple[tuple[str, str], ...]] = reactive((), layout=True)

    def render(self) -> Content:
        """Draw the pairs."""
        if not self.names:
            return Content.styled("Names are made of it once it will do.", "$quiet")
        first = max(len(thing) for thing, _ in self.names) + 2
        second = max(len(name) for _, name in self.names) + 3
        count = 2 if self.size.width >= _TWO_COLUMNS else 1
        lines = [self.names[at : at + count] for at in range(0, len(self.names), count)]
        return Content("\n").join(
            Content.assemble(
                *(
                    part
                    for thing, name in line
                    for part in ((thing.ljust(first), "$quiet"), (name.ljust(second), "$primary"))
                )
            )
            for line in lines
        )
