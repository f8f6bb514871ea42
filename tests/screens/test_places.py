"""From home, the log, the runs and the resources one key leads to each of the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable, OptionList

from matcha_tui.app import MatchaApp
from matcha_tui.project.history import RunRecord
from matcha_tui.screens.component_log import ComponentLogScreen
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.models import ModelsScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.runs import RunsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.terraform.events import RunState
from tests.screens.frozen import IRIS, FrozenSession, deployed, make_run
from tests.screens.keyboard import seen, until_on, until_seen, until_still

PLACES: dict[str, type[Screen[None]]] = {
    "l": ComponentLogScreen,
    "h": RunsScreen,
    "r": ResourcesScreen,
    "escape": HomeScreen,
}


def session_with_runs() -> FrozenSession:
    records = tuple(
        RunRecord(replace(make_run("provision"), id=f"run-{number}"), RunState.DONE)
        for number in range(60)
    )
    return FrozenSession(overview=replace(deployed(), runs=records))


@asynccontextmanager
async def home(session: FrozenSession) -> AsyncIterator[Pilot[None]]:
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "healthy")
        yield pilot


@pytest.mark.parametrize(
    "start", ["l", *(pytest.param(key, marks=pytest.mark.slow) for key in list(PLACES)[1:])]
)
async def test_one_key_leads_from_each_place_to_each(start):
    async with home(session_with_runs()) as pilot:
        for key, place in PLACES.items():
            await pilot.press(start)
            await until_on(pilot, PLACES[start])
            await pilot.press(key)
            await until_on(pilot, place)
            assert len(pilot.app.screen_stack) == (1 if place is HomeScreen else 2)


async def test_the_palette_has_the_actions_of_the_places_below():
    async with home(session_with_runs()) as pilot:
        await pilot.press("r")
        await until_on(pilot, ResourcesScreen)
        await pilot.press("ctrl+p")
        await pilot.press(*"destroy")
        await until_seen(pilot, "Take everything down")
        await pilot.press("enter")
        await until_on(pilot, DestroyScreen)
        assert len(pilot.app.screen_stack) == 2


async def test_a_dialog_is_answered_and_not_left_by_the_palette():
    async with home(session_with_runs()) as pilot:
        await pilot.press("s")
        await until_on(pilot, Confirm)
        titles = {one.title for one in pilot.app.get_system_commands(pilot.app.screen)}
        assert not titles & {"Destroy", "Resources", "Edit"}


TABLES: dict[str, tuple[Any, Any, str]] = {
    "runs": (RunsScreen, DataTable, "cursor_row"),
    "resources": (ResourcesScreen, DataTable, "cursor_row"),
    "models": (ModelsScreen, DataTable, "cursor_row"),
    "modules": (ModulesScreen, DataTable, "cursor_row"),
    "stack": (StackScreen, OptionList, "highlighted"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", TABLES)
async def test_a_list_is_walked_by_vim_keys_and_by_home_and_end(case):
    make_screen, kind, cursor = TABLES[case]
    session = session_with_runs()
    session.deployment.served = tuple(replace(IRIS, name=f"iris-{n}") for n in range(30))
    async with home(session) as pilot:
        await pilot.app.push_screen(make_screen(session))
        await pilot.app.workers.wait_for_complete()
        await until_still(pilot)
        rows = pilot.app.screen.query(kind).first()
        assert rows.has_focus
        last = (rows.row_count if isinstance(rows, DataTable) else rows.option_count) - 1
        for key, place in (("G", last), ("g", 0), ("end", last), ("home", 0), ("j", 1), ("k", 0)):
            await pilot.press(key)
            await until_still(pilot)
            assert getattr(rows, cursor) == place, f"{key}\n{seen(pilot)}"
        await pilot.press("pagedown")
        assert getattr(rows, cursor) > 0
        await pilot.press("pageup")
        assert getattr(rows, cursor) == 0
