"""A list of choices, one of which is always taken."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList


class ChoiceList(OptionList):
    """Moving takes a choice; enter says that this is it."""

    DEFAULT_CSS = """
    ChoiceList {
        height: auto;
        max-height: 100%;
        border: none;
        padding: 0;
        background: $background;
        & > .option-list--option { padding: 0 1; }
        &:focus { border: none; background-tint: $background 0%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "confirm", "Continue", id="choice.confirm", tooltip="Go on with this one"),
        Binding("j", "cursor_down", show=False, id="choice.down"),
        Binding("k", "cursor_up", show=False, id="choice.up"),
        Binding("g", "first", "First", show=False, id="choice.first"),
        Binding("G", "last", "Last", show=False, id="choice.last"),
    ]

    class Confirmed(Message):
        """The user wants to go on."""

    def action_confirm(self) -> None:
        """Say that this is it."""
        self.post_message(self.Confirmed())
