"""What every screen has: the project's line above, the keys below, and one way to fail."""

import asyncio
from collections.abc import Awaitable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Label

from matcha_tui.background import Answer
from matcha_tui.errors import MatchaError
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.session import Session
from matcha_tui.screens.wizard import next_screen, step_title, step_titles
from matcha_tui.widgets.header_line import HeaderLine
from matcha_tui.widgets.log_pane import LogPane
from matcha_tui.widgets.step_line import StepLine

WIDE = 100
TALL = 30
LEAST_COLUMNS, LEAST_ROWS = 60, 16


class MatchaScreen(Screen[None]):
    """A screen of one session."""

    DEFAULT_CSS = """
    MatchaScreen {
        layers: base above;
        #too-small {
            display: none;
            layer: above;
            width: 100%;
            height: 100%;
            padding: 1 2;
            background: $background;
        }
        &.-flat #too-small, &.-slim #too-small { display: block; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_ROWS, "-short"), (TALL, "-tall")]  # noqa: RUF012 - Textual's type
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (LEAST_COLUMNS, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - likewise

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        """Put the body between the project's line and the keys."""
        yield HeaderLine(
            self.session.deployment.project.workspace.name,
            target=self.target_title(),
            stack=self.stack_name(),
        )
        yield from self.compose_top()
        yield from self.compose_body()
        yield Footer(compact=True, show_command_palette=False)
        yield Label(
            f"Too little room: {LEAST_COLUMNS} columns and {LEAST_ROWS} rows are needed.",
            id="too-small",
        )

    def compose_top(self) -> ComposeResult:
        """Make what stands between the project's line and the body."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """Make what is particular to the screen."""
        yield from ()

    def stack_name(self) -> str:
        """Return the stack that the header names."""
        return self.session.draft.stack.name

    def target_title(self) -> str:
        """Return the target that the header names."""
        return self.session.deployment.project.target.title

    async def attempt(self, asked: Awaitable[Answer]) -> Answer | None:
        """Wait for an answer; a refusal becomes a dialog.

        Returns:
            The answer, or ``None`` after a refusal.
        """
        try:
            answer = await asked
        except MatchaError as error:
            self.end_if_left()
            self.show_error(error)
            return None
        self.end_if_left()
        return answer

    def end_if_left(self) -> None:
        """End the worker that calls this if its screen or the app was left while it waited.

        An app that ends takes the screens' widgets away before it ends their workers.
        """
        if not self.app.is_running or self not in self.app.screen_stack:
            raise asyncio.CancelledError

    @on(LogPane.SaveAsked)
    @work(group="save")
    async def save_log(self, event: LogPane.SaveAsked) -> None:
        """Save what a log shows to a file in the project's folder."""
        path = await self.attempt(self.session.deployment.save_log(event.text))
        if path is not None:
            self.notify(f"Saved {path}", markup=False)

    def show_error(self, error: MatchaError) -> None:
        """Show an error with what to do next."""
        self.app.push_screen(Notice(error.message, error.hint))

    def go_home(self) -> None:
        """Close every screen above the first."""
        for _screen in self.app.screen_stack[1:]:
            self.app.pop_screen()


class WizardScreen(MatchaScreen):
    """One step of the wizard; going back loses nothing, since the draft is the session's."""

    STEP: ClassVar[str] = ""
    """Its name among the wizard's steps; each object may say another in its `step`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "forward",
            "Continue",
            id="wizard.forward",
            tooltip="Go on to the next step",
        ),
        Binding(
            "escape,q",
            "back",
            "Back",
            id="wizard.back",
            tooltip="Go back one step; nothing that you chose is lost",
        ),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.step = self.STEP

    def compose_top(self) -> ComposeResult:
        """Show which step this is."""
        yield StepLine(step_title(self.step), step_titles(self.session.target))

    def target_title(self) -> str:
        """Return the chosen target, which nobody has written down yet."""
        return self.session.target.title

    def action_forward(self) -> None:
        """Go on, unless there is something to settle first."""
        self.go_on()

    def go_on(self) -> None:
        """Open the next step."""
        try:
            screen = next_screen(self.session, self.step)
        except MatchaError as error:
            self.show_error(error)
        else:
            self.app.push_screen(screen)

    def action_back(self) -> None:
        """Go back one step."""
        self.app.pop_screen()
