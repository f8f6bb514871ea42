"""What each screen looks like, in a small terminal and in a large one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from matcha_tui.app import MatchaApp
from matcha_tui.overview import Overview
from matcha_tui.project.history import LastRun
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.terraform.events import RunState
from tests.screens import recorded
from tests.screens.frozen import NOON, FrozenSession, deployed, make_run
from tests.screens.looks import LARGE, SMALL, settle, steady

DESTROYED = Overview(last=LastRun("destroy", RunState.DONE, NOON, 4))


CASES: dict[
    str, Callable[[], tuple[FrozenSession, Callable[[FrozenSession], Screen[Any]] | None]]
] = {
    "welcome": lambda: (FrozenSession(), None),
    "welcome_after_destroy": lambda: (FrozenSession(overview=DESTROYED), None),
    "home": lambda: (FrozenSession(overview=deployed()), None),
    "home_while_running": lambda: (
        FrozenSession(overview=deployed(live=make_run("provision"))),
        None,
    ),
    "home_partial": lambda: (
        FrozenSession(overview=replace(deployed(), is_partial=True)),
        None,
    ),
    "stack": lambda: (FrozenSession(), StackScreen),
    "modules": lambda: (FrozenSession(), ModulesScreen),
    "settings": lambda: (FrozenSession(), SettingsScreen),
    "review": lambda: (FrozenSession(recorded.planned()), ReviewScreen),
    "review_failed": lambda: (FrozenSession(recorded.failed_plan()), ReviewScreen),
    "monitor": lambda: (
        FrozenSession(recorded.building()),
        lambda session: MonitorScreen(session, make_run("provision")),
    ),
    "monitor_done": lambda: (
        FrozenSession(recorded.built()),
        lambda session: MonitorScreen(session, make_run("provision")),
    ),
    "monitor_failed": lambda: (
        FrozenSession(recorded.broken()),
        lambda session: MonitorScreen(session, make_run("provision")),
    ),
    "resources": lambda: (FrozenSession(overview=deployed()), ResourcesScreen),
    "destroy": lambda: (FrozenSession(overview=deployed()), DestroyScreen),
    "notice": lambda: (
        FrozenSession(),
        lambda _session: Notice("the project is locked: ada has it", "Wait until she is done."),
    ),
    "confirm": lambda: (
        FrozenSession(),
        lambda _session: Confirm("Cancel this?", "What is done is kept.", yes="Cancel", no="Go on"),
    ),
}


SAME_IN_BOTH = ("welcome_after_destroy", "home_while_running", "notice", "confirm")


@pytest.mark.parametrize(
    ("case", "size"),
    [(case, SMALL) for case in CASES]
    + [
        pytest.param(case, LARGE, marks=pytest.mark.slow)
        for case in CASES
        if case not in SAME_IN_BOTH
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
def test_the_screen_looks_as_it_did(case, size, snap_compare):
    session, make_screen = CASES[case]()
    app = steady(MatchaApp(session))

    async def open_screen(pilot: Pilot[None]) -> None:
        await settle(pilot)
        if make_screen:
            await pilot.app.push_screen(make_screen(session))
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_screen)
