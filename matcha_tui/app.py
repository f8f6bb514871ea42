"""The Textual app: the first screen, the looks, the command palette, and the crash report."""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from matcha_tui.background import in_background
from matcha_tui.crash import report_crash
from matcha_tui.errors import MatchaError
from matcha_tui.library import Deployment
from matcha_tui.preferences import Preferences, read_preferences, save_theme
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.keys import Keys
from matcha_tui.screens.session import Session
from matcha_tui.system.desktop import give_to_clipboard, notification
from matcha_tui.system.files import user_config
from matcha_tui.theme import MATCHA, OFFERED, OTHERS, THEMES

if TYPE_CHECKING:  # home opens it when it is wanted
    from matcha_tui.screens.monitor import MonitorScreen

_OTHER_COMMANDS = ("Theme", "Quit")
THREADS_TURN_SECONDS = 0.0005
_FAULT_SECONDS = 20  # a path, a line and a sentence take their time


class MatchaApp(App[None]):
    """The wizard and the monitor of one project."""

    TITLE = "matcha"
    preferences_file: Path | None = None
    """Where a theme that is chosen is remembered; ``None`` for nowhere."""
    # Textual 8.2 loads no stylesheet of a default screen; this can go when it does.
    CSS_PATH = "screens/home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave", show=False, priority=True
        ),
        Binding(
            "question_mark", "keys", "Keys", key_display="?", id="app.keys", tooltip="Every key"
        ),
    ]

    def __init__(self, session: Session, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.session = session
        self.preferences = preferences = preferences or Preferences()
        for theme in THEMES:
            self.register_theme(theme)
        for name in self.available_themes.keys() - set(OFFERED):
            self.unregister_theme(name)
        chosen = preferences.theme
        self.theme = chosen if chosen in self.available_themes else MATCHA.name
        self.set_keymap(preferences.keys)

    def get_default_screen(self) -> Screen[None]:
        """Begin at home."""
        return HomeScreen(self.session)

    def on_mount(self) -> None:
        """Say what is faulty, of the user's own modules and of targets, and so not offered."""
        if problem := self.preferences.problem:
            self.notify(
                problem.message,
                title="Your preferences",
                severity="warning",
                timeout=_FAULT_SECONDS,
                markup=False,
            )
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        for fault in self.session.deployment.project.catalog.faults:
            self.notify(
                fault.message,
                title="A module is left out" if fault.place else "Left out",
                severity="warning",
                timeout=_FAULT_SECONDS,
                markup=False,
            )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Make every theme of Textual's usable, too."""
        return OTHERS

    def _remember_theme(self, theme: Theme) -> None:
        if theme.name != self.preferences.theme:
            self.preferences = replace(self.preferences, theme=theme.name)
            self._save_theme(theme.name)

    @work(group="preferences", exclusive=True)
    async def _save_theme(self, name: str) -> None:
        path = self.preferences_file
        if path is None:
            return
        try:
            await in_background(lambda: save_theme(path, name))
        except MatchaError as error:
            self.notify(error.message, severity="warning", markup=False)

    async def action_quit(self) -> None:
        """Leave; what was chosen in the wizard is kept for the next time, and that is said."""
        if len(self.screen_stack) == 1 or not self.session.is_unsaved:
            self.exit()
            return
        words = "What you have chosen is kept in matcha.toml."
        try:
            await self.session.keep_draft()
        except MatchaError as error:
            words = f"What you have chosen is not kept: {error.message}."
        self.exit(message=Text(words))

    def search_themes(self) -> None:
        """Offer the themes, each with whether it is dark or light, so that this finds it."""
        self.search_commands(
            [
                (
                    f"{name} ({'dark' if theme.dark else 'light'})",
                    partial(setattr, self, "theme", name),
                )
                for name, theme in self.available_themes.items()
            ],
            placeholder="Search for themes…",
        )

    def on_monitor_screen_run_ended(self, event: "MonitorScreen.RunEnded") -> None:
        """Ring and tell, as the user wishes; the monitor may not be in view by then."""
        if self.preferences.bell:
            self.bell()
        if self.preferences.notify and self._driver is not None:
            # As Textual's own bell does it: what must not come between two parts of a frame.
            self._driver.write(notification("matcha", event.sentence, os.environ))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by the terminal and, where there is one, by the clipboard's own tool."""
        super().copy_to_clipboard(text)
        if not self.is_headless:
            copying = in_background(partial(give_to_clipboard, text, os.environ))
            self.run_worker(copying, group="clipboard", exclusive=True)

    def action_keys(self) -> None:
        """Show every key that does something now."""
        if not isinstance(self.screen, Keys):
            self.push_screen(Keys(self.screen.active_bindings.values()))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer in the palette whatever has a key on this screen or on those below it.

        An action of a screen below goes back there first; a dialog has to be answered.
        """
        seen: set[str] = set()
        below = [] if screen.is_modal else self.screen_stack[-2::-1]
        for place in (screen, *below):
            for node, binding, enabled, tooltip in place.active_bindings.values():
                is_action = binding.show or bool(binding.tooltip)
                if is_action and enabled and binding.description not in seen:
                    seen.add(binding.description)
                    run = partial(self._run_from, place, binding.action, node)
                    yield SystemCommand(binding.description, tooltip or binding.tooltip, run)
        for command in super().get_system_commands(screen):
            if command.title in _OTHER_COMMANDS and command.title not in seen:
                yield command

    async def _run_from(self, place: Screen[Any], action: str, node: DOMNode) -> None:
        while self.screen is not place and place in self.screen_stack:
            await self.pop_screen()
        await self.run_action(action, node)

    def _fatal_error(self) -> None:
        """End after an error that nobody expected: one sentence, and a report.

        Textual 8.2 would print every local variable here, passwords among them; this
        can go once it has a setting for that.
        """
        failure = self._exception
        error = failure.error if isinstance(failure, WorkerFailed) else failure
        if error is not None:
            self.panic(
                Text(report_crash(error, self.session.deployment.project.workspace.directory))
            )


def run_app(folder: Path) -> int:
    """Open the wizard on a project.

    Returns:
        The exit code.
    """
    # What reads the keys is a thread: it must not wait 5 ms, each time, for its turn in a flood.
    sys.setswitchinterval(THREADS_TURN_SECONDS)
    preferences_file = user_config(os.environ) / "config.toml"
    session = Session(Deployment(folder, every_target=True))
    preferences = read_preferences(preferences_file)
    app = MatchaApp(session, preferences)
    app.preferences_file = preferences_file
    app.run()
    return app.return_code or 0
