"""Home shows every component, and panes follow the one that is looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.project.history import RunRecord
from matcha_tui.screens.component_log import ComponentLogScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.keys import Keys
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.runs import RunsScreen
from matcha_tui.screens.snippet import Snippet
from matcha_tui.terraform.events import RunState
from matcha_tui.widgets.log_pane import LogPane
from tests.screens import recorded
from tests.screens.frozen import HEALTH, NOON, FrozenSession, deployed, make_run
from tests.screens.keyboard import seen, until, until_on, until_seen


def session() -> FrozenSession:
    done = RunRecord(make_run("provision"), RunState.DONE, finished=NOON + timedelta(seconds=24))
    failed = RunRecord(make_run("plan"), RunState.FAILED, finished=NOON + timedelta(seconds=3))
    versions = {"experiment_tracker": "3.17.2", "orchestrator": "0.98.0"}
    overview = replace(deployed(), runs=(done, failed), versions=versions)
    made = FrozenSession(recorded.built(), overview)
    made.deployment.well = {
        slot: replace(one, up_seconds=273_600, memory_bytes=450 * 2**20, cpu_seconds=2.0)
        if one.url
        else one
        for slot, one in HEALTH.items()
    }
    return made


async def test_it_says_what_each_component_is_and_takes():
    async with MatchaApp(session()).run_test(size=(120, 40)) as pilot:
        await until_seen(pilot, "MLflow 3.17.2")
        (line,) = (line for line in seen(pilot).splitlines() if "MLflow 3.17.2" in line)
        for words in ("● healthy", "Experiment tracker", "up 3 d 4 h", "450 M", "127.0.0.1:5000"):
            assert words in line
        assert "✓ done      provision · just now · took 24 s" in seen(pilot)
        assert "✗ failed    plan" in seen(pilot)


async def test_the_panes_follow_the_cursor():
    async with MatchaApp(session()).run_test(size=(120, 40)) as pilot:
        await until_seen(pilot, "zenml is listening")
        await pilot.press("down")
        await until_seen(pilot, "mlflow is listening")
        assert "Log · MLflow" in seen(pilot)
        assert "zenml is listening" not in seen(pilot)
        assert "import mlflow" in seen(pilot)
        await pilot.press("j")
        await until_seen(pilot, "dvc has no log: it was not started, or is no server")
        await pilot.press("k")
        await until_seen(pilot, "mlflow is listening")
        await pilot.click("ComponentList", offset=(5, 0))
        await until_seen(pilot, "zenml is listening")


async def test_the_log_and_the_use_of_a_component_take_all_the_room():
    async with MatchaApp(session()).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "zenml is listening")
        assert "Use it" not in seen(pilot)  # there is no room
        await pilot.press("down", "l")
        await until_on(pilot, ComponentLogScreen)
        await until_seen(pilot, "mlflow: GET / 200")
        await pilot.press("slash", *"get")
        await until(
            pilot, lambda: "1 of 1" in str(pilot.app.screen.query_one(LogPane).border_subtitle)
        )
        await pilot.press("escape", "escape")
        await until_on(pilot, HomeScreen)
        await pilot.press("u")
        await until_on(pilot, Snippet)
        await until_seen(pilot, "import mlflow")


async def test_an_earlier_run_is_looked_at_as_it_was():
    async with MatchaApp(session()).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "zenml is listening")
        await pilot.press("h")
        await until_on(pilot, RunsScreen)
        await until_seen(pilot, "✗ failed")
        await pilot.press("j", "k", "enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Your stack is up, 24 s")


@pytest.mark.parametrize("size", [(59, 24), (80, 15)])
async def test_where_there_is_no_room_one_sentence_says_so(size: tuple[int, int]):
    async with MatchaApp(session()).run_test(size=size) as pilot:
        await until_seen(pilot, "Too little room: 60 columns and 16 rows are needed.")
        assert "MLflow" not in seen(pilot)
        await pilot.resize_terminal(60, 16)
        await until_seen(pilot, "● healthy    MLflow")
        assert "Too little room" not in seen(pilot)


async def test_every_key_is_explained_and_any_of_them_closes_that():
    async with MatchaApp(session()).run_test(size=(100, 40)) as pilot:
        await until_seen(pilot, "zenml is listening")
        await pilot.press("question_mark")
        await until_on(pilot, Keys)
        for words in ("This screen", "↓ j  Down", "Use every component once", "Everywhere"):
            assert words in seen(pilot)
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)
        await pilot.press("tab", "question_mark")
        await until_seen(pilot, "Warnings and errors only, or all")
