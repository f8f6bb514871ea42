"""What each screen looks like, in a small terminal and in a large one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from matcha_tui.app import MatchaApp
from matcha_tui.overview import Overview
from matcha_tui.preferences import Preferences
from matcha_tui.project.history import LastRun, RunRecord
from matcha_tui.screens.component_log import ComponentLogScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.models import ModelsScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.runs import RunsScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.snippet import Snippet
from matcha_tui.screens.stack import StackScreen
from matcha_tui.screens.verify import VerifyScreen
from matcha_tui.targets.findings import Check, Finding, Verdict
from matcha_tui.terraform.events import RunState
from tests.screens import recorded
from tests.screens.frozen import IRIS, NOON, FrozenSession, deployed, make_run
from tests.screens.keyboard import seen
from tests.screens.looks import LARGE, SMALL, settle, steady

DESTROYED = Overview(last=LastRun("destroy", RunState.DONE, NOON, 4))

RUNS = (
    RunRecord(make_run("destroy"), RunState.FAILED, finished=NOON),
    RunRecord(make_run("provision"), RunState.DONE, finished=NOON),
)


def serving_iris() -> FrozenSession:
    session = FrozenSession(overview=deployed())
    session.deployment.served = (IRIS,)
    return session


def proving() -> FrozenSession:
    session = FrozenSession(overview=deployed())
    passed = Finding("mlflow", Verdict.PASSED, "a run was logged and read back (3.1 s)")
    failed = Finding("seldon", Verdict.FAILED, "it does not answer", "`matcha logs seldon` says")
    session.deployment.proven = (Check("mlflow", lambda: passed), Check("seldon", lambda: failed))
    return session


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
    "models": lambda: (serving_iris(), ModelsScreen),
    "runs": lambda: (FrozenSession(overview=replace(deployed(), runs=RUNS)), RunsScreen),
    "component_log": lambda: (
        FrozenSession(overview=deployed()),
        lambda session: ComponentLogScreen(session, "mlflow"),
    ),
    "snippet": lambda: (
        FrozenSession(overview=deployed()),
        lambda _session: Snippet("experiment-tracker", {"python": "import mlflow\n"}),
    ),
    "verify": lambda: (proving(), VerifyScreen),
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


PICTURED = (
    "home",
    "stack",
    "modules",
    "settings",
    "review",
    "monitor",
    "resources",
    "models",
    "destroy",
)
"""At 80×24 in every run; all else is in the slow set."""

PICTURED_SLOWLY = (
    "welcome",
    "runs",
    "component_log",
    "snippet",
    "verify",
    "notice",
    "confirm",
)
SCREENS = (*PICTURED, *PICTURED_SLOWLY)
LIGHT = "matcha-latte"
SIZES = {"80x24": SMALL, "120x40": LARGE}


@pytest.mark.parametrize(
    "size", [SMALL, pytest.param(LARGE, marks=pytest.mark.slow)], ids=list(SIZES)
)
@pytest.mark.parametrize("case", PICTURED)
def test_the_screen_looks_as_it_did(case, size, snap_compare):
    assert is_as_pictured(case, snap_compare, size)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("case", PICTURED_SLOWLY)
def test_a_lesser_screen_looks_as_it_did(case, size, snap_compare):
    assert is_as_pictured(case, snap_compare, size)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("case", SCREENS)
def test_a_screen_in_light_looks_as_it_did(case, size, snap_compare):
    assert is_as_pictured(case, snap_compare, size, theme=LIGHT)


@pytest.mark.slow
@pytest.mark.parametrize("case", SCREENS)
def test_a_screen_without_colours_looks_as_it_did(case, snap_compare, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert is_as_pictured(case, snap_compare, SMALL)


def is_as_pictured(case: str, snap_compare: Any, size: tuple[int, int], theme: str = "") -> bool:
    session, make_screen = CASES[case]()
    app = steady(MatchaApp(session, Preferences(theme=theme)))
    run_before = opening(session, make_screen)
    compared: bool = snap_compare(app, terminal_size=size, run_before=run_before)
    return compared


WORDS = {
    "verify": (
        "✗ Does not work: seldon",
        "✓ mlflow a run was logged and read back (3.1 s)",
        "✗ seldon failed: it does not answer",
        "› `matcha logs seldon` says",
        "v Verify again",
    ),
    "welcome": ("A working MLOps stack, in one sitting", "Start ⏎", "q Quit"),
    "welcome_after_destroy": ("Last run", "✓ done", "destroy · just now · took 4 s"),
    "home_while_running": ("▸ A provision is under way", "Press w to watch it", "w Watch"),
    "home_partial": (
        "▲ Partly built, 3 of 4 up: enter goes on, d takes it down, h shows the run",
        "● healthy MLflow http://127.0.0.1:5000",
        "✗ down MLServer (Seldon) it stopped with exit code 1",
        "⏎ Build",
    ),
    "review_failed": (
        "✗ The plan failed: Failed to query available provider packages: could",
        "A server that is needed cannot be reached.",
        "Next: Check the network, the VPN and HTTPS_PROXY, then run the same",
        "r Plan again",
    ),
    "monitor_done": (
        "✓ Your stack is up, 24 s",
        "Press enter for its addresses and passwords.",
        "100 % 0:24 11 done",
        "Resources: 11 added, 0 changed, 0 destroyed",
    ),
    "monitor_failed": (
        "✗ The provision failed: mlflow cannot start: port 5000 is in use",
        "Another program already listens on port 5000.",
        "Next: Stop that program, or choose another port in the settings",
        "✗ apply › - record",
        "r Run again",
    ),
    "notice": ("the project is locked: ada has it", "Wait until she is done.", "Close"),
    "confirm": ("Cancel this?", "What is done is kept.", "Go on (n)", "Cancel (y)"),
}


@pytest.mark.parametrize("case", WORDS)
async def test_the_screen_says_what_is_so_and_what_to_do(case):
    session, make_screen = CASES[case]()
    app = steady(MatchaApp(session))
    async with app.run_test(size=SMALL) as pilot:
        await opening(session, make_screen)(pilot)
        shown = " ".join(seen(pilot).split())
        assert [words for words in WORDS[case] if words not in shown] == [], shown


def opening(
    session: FrozenSession, make_screen: Callable[[FrozenSession], Screen[Any]] | None
) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def open_screen(pilot: Pilot[None]) -> None:
        await settle(pilot)
        if make_screen:
            await pilot.app.push_screen(make_screen(session))
        await settle(pilot)

    return open_screen
