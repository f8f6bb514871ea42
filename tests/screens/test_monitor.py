"""Watching a run: it can be held still, left, cancelled in two steps and run again."""

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.data_choice import DataChoice
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.terraform.events import (
    CancelRequested,
    Diagnostic,
    Event,
    RunLost,
    Severity,
)
from matcha_tui.widgets.log_pane import LogPane
from tests.screens import recorded
from tests.screens.frozen import FrozenSession, deployed, make_run
from tests.screens.keyboard import seen, until, until_on, until_seen


def watching(events: list[Event], kind: str = "provision"):
    session = FrozenSession(events, deployed())
    app = MatchaApp(session)
    return session, app, MonitorScreen(session, make_run(kind))


async def test_what_runs_is_shown_with_its_time():
    _session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "0:12 of about 0:25")
        assert "creating" in seen(pilot)


async def test_a_run_that_takes_longer_than_usual_says_so():
    session = FrozenSession(recorded.building(), deployed(), seconds_later=68)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("provision")))
        await until_seen(pilot, "1:08, usually 0:25")


async def test_o_shows_the_log_of_one_component_after_the_other():
    _session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "deployer environment: creating")
        log = screen.query_one(LogPane)
        titles = set()
        for _ in range(5):
            await pilot.press("o")
            await until(pilot, lambda: bool(log.border_subtitle))
            titles.add(str(log.border_subtitle).split("  ")[0])
        assert {"Orchestrator", "Deployer"} <= titles
        await until_seen(pilot, "Deployer")


async def test_f_holds_the_log_still_and_lets_it_go():
    _session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.press("f")
        await until_seen(pilot, "Log (frozen)")
        await pilot.press("f")
        await until(pilot, lambda: "frozen" not in seen(pilot))


async def test_l_gives_the_log_all_the_room():
    _session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "Resources")
        await pilot.press("l")
        await until(pilot, lambda: "╭─ Resources" not in seen(pilot))


async def test_leaving_asks_nothing_and_stops_nothing():
    session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(screen)
        await pilot.press("q")
        await until_on(pilot, HomeScreen)
        await until_seen(pilot, "goes on")
        assert session.deployment.asked == []


async def test_cancel_asks_first_and_no_is_the_safe_answer():
    session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "creating")
        await pilot.press("c")
        await until_on(pilot, Confirm)
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == []


async def test_a_second_cancel_asks_again_and_forces():
    session, app, screen = watching([*recorded.building(), CancelRequested(forced=False)])
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "creating")
        await pilot.press("c")
        await until_seen(pilot, "Stop at once?")
        await pilot.press("y")
        await until(pilot, lambda: session.deployment.asked == ["force"])


async def test_a_confirmed_cancel_is_asked_of_the_run_once():
    session, app, screen = watching(recorded.building())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "creating")
        await pilot.press("c")
        await until_seen(pilot, "Cancel this provision?")
        await pilot.press("y")
        await until(pilot, lambda: session.deployment.asked == ["cancel"])


async def test_a_failure_says_why_what_it_means_and_what_to_do():
    _session, app, screen = watching(recorded.broken())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "The provision failed: mlflow cannot start: port 5000 is in use")
        assert "Another program already listens on port 5000." in seen(pilot)
        assert "Next: " in seen(pilot)


async def test_a_failed_run_can_be_run_again():
    session, app, screen = watching(recorded.broken())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "Run again")
        await pilot.press("r")
        await until(pilot, lambda: session.deployment.asked == ["provision"])


@pytest.mark.parametrize("data", [DataChoice.KEEP, DataChoice.DELETE])
async def test_a_destroy_that_is_run_again_treats_data_as_before(data):
    session = FrozenSession([*recorded.building(), RunLost()], deployed())
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("destroy"), data=data))
        await until_seen(pilot, "Nobody knows how the destroy ended")
        await pilot.press("r")
        await until(pilot, lambda: session.deployment.asked == [f"destroy, data: {data}"])


async def test_a_done_provision_leads_to_its_resources():
    _session, app, screen = watching(recorded.built())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "Your stack is up, 24 s")
        await pilot.press("enter")
        await until_on(pilot, ResourcesScreen)


async def test_home_attaches_to_the_run_that_is_under_way():
    session = FrozenSession(recorded.building(), deployed(live=make_run("provision")))
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "A provision is under way")
        await pilot.press("w")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "creating")


async def test_a_destroy_says_what_it_could_not_confirm():
    warning = Diagnostic(
        severity=Severity.WARNING, summary="5 things could not be confirmed to be gone"
    )
    session = FrozenSession([warning, *recorded.built()], deployed())
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("destroy")))
        await until_seen(pilot, "Everything is taken down")
        assert "■ Everything is taken down" in seen(pilot)
        assert "▲ 5 things could not be confirmed to be gone" in seen(pilot)
