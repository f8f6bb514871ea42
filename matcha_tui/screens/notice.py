"""A dialog that says what went wrong, and what to do about it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label


class Notice(ModalScreen[None]):
    """Shows one message with its hint until it is closed."""

    CSS_PATH = "notice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "Close", id="notice.close", tooltip="Close this message")
    ]

    def __init__(
        self, message: str, hint: str | None = None, *, title: str = "That did not work"
    ) -> None:
        super().__init__()
        self._message = message
        self._hint = hint
        self._title = title

    def compose(self) -> ComposeResult:
        """Show message, hint and one button."""
        with Vertical(id="notice") as box:
            box.border_title = self._title
            yield Label(self._message, id="message", markup=False)
            if self._hint:
                yield Label(self._hint, id="hint", markup=False)
            yield Button("Close", id="close", compact=True, variant="primary")

    def on_button_pressed(self) -> None:
        """Close it by mouse."""
        self.action_close()

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)
