"""A dialog that shows how one resource is used, to be copied."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static


class Snippet(ModalScreen[None]):
    """Shows one language at a time."""

    CSS_PATH = "snippet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other", "Other language", id="snippet.other", tooltip="Python or shell"),
        Binding("y,c", "copy", "Copy", id="snippet.copy", tooltip="Copy all of it"),
        Binding("escape,q", "leave", "Back", id="snippet.back", tooltip="Go back"),
    ]

    def __init__(self, resource: str, snippets: Mapping[str, str]) -> None:
        super().__init__()
        self._resource = resource
        self._snippets = dict(snippets)
        self._language = next(iter(snippets))

    def compose(self) -> ComposeResult:
        """Make the text within its frame, and the keys below."""
        with Vertical(id="snippet"), VerticalScroll():
            yield Static("", id="text", markup=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the first language."""
        self._show()

    def action_other(self) -> None:
        """Show the next language."""
        languages = list(self._snippets)
        place = languages.index(self._language) + 1
        self._language = languages[place % len(languages)]
        self._show()

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.app.copy_to_clipboard(self._snippets[self._language])
        self.notify(f"Copied how {self._resource} is used.", markup=False)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _show(self) -> None:
        self.query_one("#text", Static).update(self._snippets[self._language])
        frame = self.query_one("#snippet")
        frame.border_title = f"{self._resource} from {self._language}"
