"""A dialog that asks before something is done that cannot be undone."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label


class Confirm(ModalScreen[bool]):
    """Gives True for yes, False for no; no is what enter does at first."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no", tooltip="Leave it as it is"),
        Binding("left,right", "app.focus_next", show=False, id="confirm.other"),
    ]

    def __init__(self, question: str, consequence: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._question = question
        self._consequence = consequence
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Show the question, what follows from a yes, and both answers."""
        with Vertical(id="confirm") as box:
            box.border_title = "Sure?"
            yield Label(self._question, id="question", markup=False)
            yield Label(self._consequence, id="consequence", markup=False)
            with Horizontal():
                yield Button(f"{self._no} (n)", id="no", compact=True, variant="primary")
                yield Button(f"{self._yes} (y)", id="yes", compact=True, variant="error")

    @on(Button.Pressed)
    def take_answer(self, event: Button.Pressed) -> None:
        """Answer by button."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)
