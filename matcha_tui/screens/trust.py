"""The question before modules of others are planned: they are programs, and run as the user."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Label, Static

from matcha_tui.foreign_code import UnknownCode, describe_unknown
from matcha_tui.system.plain_text import escape_line


class TrustScreen(ModalScreen[bool]):
    """Gives True when the user agrees; enter does not."""

    CSS_PATH = "trust.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "t",
            "answer(True)",
            "Trust it",
            id="trust.yes",
            tooltip="Agree to what it runs; remembered on this machine until it changes",
        ),
        Binding("n,escape", "answer(False)", "No", id="trust.no", tooltip="Run nothing of it"),
        Binding("up,k", "scroll(-1)", "Up", id="trust.up", tooltip="Read further up"),
        Binding("down,j", "scroll(1)", "Down", id="trust.down", tooltip="Read further down"),
        Binding("left,right", "app.focus_next", show=False, id="trust.other"),
    ]

    def __init__(self, unknown: UnknownCode) -> None:
        super().__init__()
        self._lines = "\n".join(map(escape_line, describe_unknown(unknown)))

    def compose(self) -> ComposeResult:
        """Show what would be run, and both answers."""
        with Vertical(id="trust") as box:
            box.border_title = "Not from matcha"
            yield Label("Do you trust whoever wrote this?", id="question", markup=False)
            yield Label(
                "It runs with your rights on this machine. Nothing of it was run so far.",
                id="consequence",
                markup=False,
            )
            with VerticalScroll(id="effects", can_focus=False):
                yield Static(self._lines, markup=False)
            with Horizontal():
                yield Button("No (n)", id="no", compact=True, variant="primary")
                yield Button("Trust it (t)", id="yes", compact=True, variant="error")
        yield Footer(compact=True, show_command_palette=False)

    @on(Button.Pressed)
    def take_answer(self, event: Button.Pressed) -> None:
        """Answer by button."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)

    def action_scroll(self, lines: int) -> None:
        """Read on."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
