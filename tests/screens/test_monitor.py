"""Watching a run: it can be held still, left, cancelled in two steps and run again."""

import json
from collections.abc import AsyncIterator

import pytest
from rich.cells import cell_len
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region

from matcha_tui.app import MatchaApp
from matcha_tui.data_choice import DataChoice
from matcha_tui.preferences import Preferences
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.terraform.events import (
    Action,
    CancelRequested,
    Diagnostic,
    Event,
    ProvisionOutput,
    ResourceFailed,
    ResourceStarted,
    RunFinished,
    RunLost,
    RunState,
    Severity,
    parse_line,
)
from matcha_tui.terraform.folder import Run
from matcha_tui.widgets.log_pane import LogPane
from matcha_tui.widgets.resource_tree import ResourceTree
from tests.screens import recorded
from tests.screens.frozen import FrozenDeployment, FrozenSession, deployed, make_run
from tests.screens.keyboard import seen, until, until_on, until_seen, until_still


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
            titles.add(str(log.border_subtitle).removesuffix(" · esc"))
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
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await pilot.press("q")
        await until_on(pilot, HomeScreen)
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


def failing() -> list[Event]:
    """A run that goes on though a resource has failed: Terraform says why only at its end."""
    tracker = recorded.service("experiment_tracker")
    return [
        *recorded.building(),
        ProvisionOutput(address=tracker, output="matcha: mlflow cannot start: port 5000 is in use"),
        ResourceFailed(
            address=tracker, action=Action.CREATE, elapsed_seconds=8, timestamp=recorded.at(13)
        ),
    ]


async def test_the_first_error_is_pinned_with_its_meaning_while_the_run_goes_on():
    _session, app, screen = watching(failing())
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "First error: experiment_tracker service: mlflow cannot start")
        assert "Another program already listens on port 5000." in seen(pilot)
        assert "1 failed" in seen(pilot)
        await until_seen(pilot, "E First error")


async def test_e_goes_to_the_first_error_from_wherever_one_is():
    later = [ProvisionOutput(address=recorded.SUPERVISOR, output=f"line {n}") for n in range(99)]
    _session, app, screen = watching([*failing(), *later])
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "line 98")
        await pilot.press("E")
        await until_seen(pilot, "experiment_tracker service: could not be created")
        await pilot.press("G", "tab", "home")
        await until_seen(pilot, "line 98")
        await pilot.press("E")
        await until_seen(pilot, "experiment_tracker service: could not be created")
        assert screen.query_one(ResourceTree).selected is None


async def test_a_selected_row_shows_its_lines_alone_and_escape_all_again():
    _session, app, screen = watching(failing())
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "orchestrator service: creating")
        log, tree = screen.query_one(LogPane), screen.query_one(ResourceTree)
        await pilot.press("tab", "down")  # at first to what is busy
        await until(pilot, lambda: tree.selected is not None)
        assert tree.selected == ("Orchestrator", recorded.service("orchestrator"))
        await until(pilot, lambda: log.border_subtitle == "Orchestrator service · esc")
        await until(pilot, lambda: "deployer environment: creating" not in seen(pilot))
        await pilot.press("escape")
        await until_seen(pilot, "deployer environment: creating")
        await pilot.press("end", "k", "j", "pageup", "pagedown", "up", "down")
        await until(pilot, lambda: log.border_subtitle == "Deployer service · esc")
        await pilot.press("home")
        await until(pilot, lambda: log.border_subtitle == "Supervisor · esc")
        await pilot.press("tab", "escape", "escape")
        await until_on(pilot, HomeScreen)


async def test_packages_and_details_are_folded_until_x():
    _session, app, screen = watching(recorded.building())
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "deployer environment: creating")
        assert "click==8.3.1" not in seen(pilot)
        assert "will be created" not in seen(pilot)
        await pilot.press("x")
        await until_seen(pilot, "deployer │  + click==8.3.1")


async def test_what_a_cancel_stopped_has_not_failed():
    stopped = [
        CancelRequested(forced=False),
        ResourceFailed(
            address=recorded.service("orchestrator"),
            action=Action.CREATE,
            elapsed_seconds=9,
            timestamp=recorded.at(13),
        ),
        RunFinished(state=RunState.CANCELLED, exit_code=130, timestamp=recorded.at(14)),
    ]
    _session, app, screen = watching([*recorded.building(), *stopped])
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "The provision was cancelled")
        assert "3 stopped" in seen(pilot)
        assert "failed" not in seen(pilot)
        assert screen.check_action("first_error", ()) is False


async def test_a_resource_says_how_long_it_still_takes_or_that_nobody_knows():
    unknown = "module.deployer.shed_door.this"
    begun = ResourceStarted(address=unknown, action=Action.CREATE, timestamp=recorded.at(2))
    _session, app, screen = watching([*recorded.building(), begun])
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "time unknown")
        rows = [" ".join(line.split()) for line in seen(pilot).splitlines()]
        assert any("environment creating 0:11 ~0:04 left" in row for row in rows), rows
        assert any("service waiting ~0:15" in row for row in rows), rows


class TwoBatches(FrozenDeployment):
    """What happens while somebody watches."""

    async def follow(self, run: Run) -> AsyncIterator[tuple[Event, ...]]:
        yield self.events[:-1]
        yield self.events[-1:]


class TwoBatchesSession(FrozenSession):
    answers = TwoBatches


@pytest.mark.parametrize(("session_type", "is_told"), [(TwoBatchesSession, 1), (FrozenSession, 0)])
async def test_the_end_of_a_run_is_announced_to_whoever_wished_it_and_not_of_an_old_one(
    monkeypatch, session_type, is_told
):
    rung: list[str] = []
    monkeypatch.setattr(MatchaApp, "bell", lambda _app: rung.append("bell"))
    monkeypatch.setattr(HeadlessDriver, "write", lambda _driver, data: rung.append(data))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    session = session_type(recorded.built(), deployed())
    app = MatchaApp(session, Preferences(bell=True, notify=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("provision")))
        await until_seen(pilot, "Your stack is up, 24 s")
    assert rung.count("bell") == is_told
    assert rung.count("\x1b]9;matcha: Your stack is up, 24 s\x07") == is_told


HOSTILE = (
    "[bold red]no[/]",
    "日本語のとても長い名前" * 4,
    "\x1b]0;owned\x07\x1b[31mred",
    "\u202eright to left שלום عالم",
    "x" * 60_000,
    "e\u0301\u200d👩‍👩‍👧",
)


def hostile() -> list[Event]:
    documents = []
    for text in HOSTILE:
        hook = {"resource": {"addr": f"module.a.b_c[{json.dumps(text)}]"}, "output": text}
        documents += [
            {"type": "apply_start", "hook": hook},
            {"type": "provision_progress", "hook": hook},
            {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": text}},
        ]
    return [parse_line(json.dumps({"@level": "info", **document})) for document in documents]


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow)])
async def test_foreign_text_is_shown_as_text_in_tree_log_and_titles(size):
    _session, app, screen = watching([*recorded.building(), *hostile()])
    async with app.run_test(size=size) as pilot:
        await app.push_screen(screen)
        await until_seen(pilot, "First error: [bold red]no[/]")
        for keys in (("tab", "end"), ("k",), ("k", "z"), ("k", "tab"), ("m", "k", "m", "k")):
            await pilot.press(*keys)
            await until_still(pilot)
            drawn = [strip.text for strip in screen.render_lines(Region(0, 0, *size))]
            shown = [*drawn, seen(pilot), str(screen.query_one(LogPane).border_subtitle)]
            assert not set("".join(shown)) & set("\x1b\x07\u202e")
            assert all(cell_len(line) <= size[0] for line in seen(pilot).splitlines())
