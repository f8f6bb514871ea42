"""Models are looked at, deployed and removed by keyboard."""

from contextlib import asynccontextmanager

from matcha_tui.app import MatchaApp
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.models import DeployModel, ModelsScreen
from tests.screens.frozen import IRIS, FrozenSession, deployed
from tests.screens.keyboard import seen, type_text, until, until_gone, until_on, until_seen


@asynccontextmanager
async def models(*served):
    session = FrozenSession(overview=deployed())
    session.deployment.served = served
    async with MatchaApp(session).run_test(size=(80, 24), notifications=True) as pilot:
        await until_seen(pilot, "healthy")
        await pilot.press("m")
        await until_on(pilot, ModelsScreen)
        yield session, pilot


async def test_a_model_shows_how_it_is_called_and_the_call_is_copied():
    async with models(IRIS) as (_session, pilot):
        await until_seen(pilot, "curl http://127.0.0.1:8080")
        assert "Takes: petal length (cm)" in seen(pilot)
        await pilot.press("p")
        await until_seen(pilot, "Copied a Python call of iris.")
        assert "import requests" in pilot.app.clipboard


async def test_a_model_is_deployed_by_keyboard():
    async with models() as (session, pilot):
        await until_seen(pilot, "No model is served yet.")
        await pilot.press("a")
        await until_on(pilot, DeployModel)
        await pilot.press("enter")  # nothing was typed: nothing happens
        await pilot.press(*"models", "colon", "slash", *"iris", "slash", "2", "enter")
        await until_seen(pilot, "iris is served at")
        assert session.deployment.asked == ["deploy models:/iris/2 as None"]
        await until_seen(pilot, "models:/iris/2")


async def test_a_refusal_is_a_dialog_with_the_reason():
    async with models() as (_session, pilot):
        await pilot.press("a")
        await until_on(pilot, DeployModel)
        await type_text(pilot, "broken")
        await pilot.press("enter")
        await until_seen(pilot, "MLServer cannot load broken: no such model")


async def test_a_model_is_removed_after_a_question():
    async with models(IRIS) as (session, pilot):
        await until_seen(pilot, "ready")
        await pilot.press("x")
        await until_on(pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: session.deployment.asked == ["remove iris"])
        await until_gone(pilot, "models:/iris/1")
