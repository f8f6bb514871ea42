"""Nothing goes before the project's name is typed, exactly."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.monitor import MonitorScreen
from tests.screens import recorded
from tests.screens.frozen import FrozenSession, deployed
from tests.screens.keyboard import seen, type_text, until_gone, until_on, until_seen


@asynccontextmanager
async def question():
    session = FrozenSession(recorded.building(), overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24), notifications=True) as pilot:
        await until_seen(pilot, "healthy")
        await pilot.press("d")
        await until_on(pilot, DestroyScreen)
        yield session, pilot


async def test_it_says_what_goes():
    async with question() as (_session, pilot):
        await until_seen(pilot, "12 MB of data")
        assert "MLflow" in seen(pilot)


async def test_it_says_how_much_there_is_of_a_partly_built_stack():
    overview = replace(deployed(), is_partial=True)
    session = FrozenSession(recorded.building(), overview=overview)
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Partly built")
        await pilot.press("d")
        await until_on(pilot, DestroyScreen)
        await until_seen(pilot, "This takes down what is there; 3 of 4 components are up:")


async def test_another_name_destroys_nothing():
    async with question() as (session, pilot):
        await type_text(pilot, "Iris-demo")
        await pilot.press("enter")
        await until_seen(pilot, "Type iris-demo first, exactly so.")
        assert session.deployment.asked == []


async def test_the_name_destroys_it_with_its_data():
    async with question() as (session, pilot):
        await type_text(pilot, "iris-demo")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["destroy, data: keep-lasting"]


@pytest.mark.slow
async def test_data_can_be_kept():
    async with question() as (session, pilot):
        await pilot.press("f2")
        await until_seen(pilot, "This stays, for the next provision:")
        await type_text(pilot, "iris-demo")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["destroy, data: keep"]


@pytest.mark.slow
async def test_data_outside_of_the_project_goes_only_if_that_is_chosen():
    async with question() as (session, pilot):
        await until_seen(pilot, "iris-demo-3f2a9c1b: 1 MB of data")
        assert "This stays" in seen(pilot)
        await pilot.press("f2", "f3")
        await until_gone(pilot, "This stays")
        await type_text(pilot, "iris-demo")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["destroy, data: delete"]


async def test_escape_leaves_everything_as_it_is():
    async with question() as (session, pilot):
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)
        assert session.deployment.asked == []
