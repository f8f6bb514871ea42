"""The keys of the screen below, in groups, with what each does."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_NAMES = {"screen": "This screen", "log": "The log", "app": "Everywhere"}
_WIDTH = 12


class Keys(ModalScreen[None]):
    """Any of its keys closes it."""

    CSS_PATH = "keys.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", "Close", id="keys.close"),
    ]

    def __init__(self, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._groups: dict[str, dict[str, list[str]]] = {}
        self._below = list(bindings)

    def compose(self) -> ComposeResult:
        """Put the groups below each other."""
        for node, binding, enabled, tooltip in self._below:
            words = tooltip or binding.tooltip or binding.description
            if enabled and words and not binding.system:
                group = self._groups.setdefault(self._group(binding.id or "", node is self.app), {})
                group.setdefault(words, []).append(self.app.get_key_display(binding))
        lines = []
        for name, title in _NAMES.items():
            if found := self._groups.get(name):
                lines.append(Content.styled(title, "bold $accent"))
                lines += [
                    Content.assemble((" ".join(keys).rjust(_WIDTH), "bold $primary"), f"  {words}")
                    for words, keys in found.items()
                ]
                lines.append(Content(""))
        with VerticalScroll(id="keys") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "esc closes"
            yield Static(Content("\n").join(lines[:-1]))

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    def _group(self, name: str, is_of_app: bool) -> str:
        if is_of_app or not name:
            return "app"
        return "log" if name.startswith("log.") else "screen"
