"""A dialog that asks for one of several."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Choose(ModalScreen[str | None]):
    """Gives the key of what was chosen, or ``None``."""

    CSS_PATH = "choose.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="choose.back", tooltip="Leave it as it is"),
    ]

    def __init__(self, question: str, options: Mapping[str, Content], chosen: str) -> None:
        super().__init__()
        self._question = question
        self._options = options
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """Show the question above what there is."""
        with Vertical(id="choose") as box:
            box.border_title = self._question
            box.border_subtitle = "enter chooses · esc goes back"
            yield OptionList(*(Option(words, id=key) for key, words in self._options.items()))

    def on_mount(self) -> None:
        """Begin with what is chosen already."""
        keys = list(self._options)
        options = self.query_one(OptionList)
        options.highlighted = keys.index(self._chosen) if self._chosen in keys else 0

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Give what was chosen."""
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Give nothing."""
        self.dismiss(None)
