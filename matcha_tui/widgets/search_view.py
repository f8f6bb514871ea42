"""What can be searched, with a field below it while somebody searches."""

from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input


class SearchAsked(Message):
    """The user wants to search what posts this."""


class Searchable(Protocol):
    """A widget that marks what is found."""

    def search(self, needle: str) -> None:
        """Mark a text wherever it is; an empty one nowhere."""

    def focus(self) -> object:
        """Take the keys."""


def end_search_binding(binding_id: str) -> Binding:
    """Make the key that ends a search."""
    return Binding(
        "escape", "end_search", "End search", show=False, id=binding_id, tooltip="Mark nothing"
    )


class SearchView(Vertical):
    """Shows the field while somebody searches; what is searched is composed above it."""

    DEFAULT_CSS = """
    SearchView {
        height: 1fr;
        #needle { display: none; height: 1; background: $field; border: none; padding: 0 1; }
        &.-searching #needle { display: block; }
    }
    """

    def compose(self) -> ComposeResult:
        """Make the field."""
        yield Input(placeholder="search: enter keeps it, esc ends it", id="needle", compact=True)

    @property
    def searched(self) -> Searchable:
        """What is searched."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to the screen while nobody searches."""
        return self.has_class("-searching") if action == "end_search" else True

    @on(SearchAsked)
    def open_search(self) -> None:
        """Let something be typed."""
        self.add_class("-searching")
        self.query_one(Input).focus()

    @on(Input.Changed, "#needle")
    def search(self, event: Input.Changed) -> None:
        """Mark what is found of what was typed so far."""
        event.stop()
        self.searched.search(event.value)

    @on(Input.Submitted, "#needle")
    def keep_search(self, event: Input.Submitted) -> None:
        """Go back to what is searched, with the marks."""
        event.stop()
        if event.value:
            self.searched.focus()
        else:
            self.action_end_search()

    def action_end_search(self) -> None:
        """Mark nothing any more."""
        self.query_one(Input).value = ""
        self.remove_class("-searching")
        self.searched.search("")
        self.searched.focus()
