"""What home's welcome is made of, without anything behind it: see `bench.first_frame`."""

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Center, Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Footer, Label, Static

from matcha_tui.theme import OTHERS
from matcha_tui.widgets.component_list import ComponentList
from matcha_tui.widgets.header_line import HeaderLine
from matcha_tui.widgets.log_view import LogView


class BareWelcome(App[None]):
    """The same widgets, those that are hidden at first too."""

    CSS = "#dashboard, #too-small { display: none; } Center { height: auto; }"
    BINDINGS = [  # noqa: RUF012 - Textual's type
        Binding("enter", "quit", "Start"),
        Binding("q", "quit", "Quit"),
        Binding("question_mark", "quit", "Keys"),
    ]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that our widgets name."""
        return OTHERS

    def compose(self) -> ComposeResult:
        """Put them as home does."""
        yield HeaderLine("tea", target="This machine", stack="default")
        with Vertical(id="welcome"):
            yield Static("( ) ( )\n" * 6)
            yield Label("A working MLOps stack, in one sitting")
            yield Center(Static("Tick what you need: tracking, pipelines, serving.\n" * 3))
            yield Center(Button("Start", variant="primary"))
            yield Label("")
        with Vertical(id="dashboard"):
            with Vertical():
                yield Label("")
                yield ComponentList()
                yield Label("")
                yield Label("")
                yield Label("")
            with Horizontal():
                yield LogView()
                with VerticalScroll():
                    yield Static("")
            with Vertical():
                yield Static("")
        yield Footer(compact=True, show_command_palette=False)
        yield Label("Too little room", id="too-small")


if __name__ == "__main__":
    BareWelcome().run()
