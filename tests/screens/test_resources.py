"""The table of resources: secrets are masked, shown one at a time, and copied when asked."""

from contextlib import asynccontextmanager

from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.screens.browser import open_in_browser
from matcha_tui.screens.resources import MASK, ResourcesScreen
from tests.screens.frozen import FrozenSession, deployed
from tests.screens.keyboard import seen, until, until_gone, until_seen

PASSWORD_ROW, USERNAME_ROW = 2, 4


@asynccontextmanager
async def table():
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(ResourcesScreen(session))
        await until_seen(pilot, "tracking-url")
        yield pilot


async def down(pilot: Pilot[None], rows: int) -> None:
    await pilot.press(*["down"] * rows)


async def test_secrets_are_masked():
    async with table() as pilot:
        await down(pilot, PASSWORD_ROW)
        assert MASK in seen(pilot)
        assert "correct-horse" not in seen(pilot)


async def test_a_secret_is_shown_when_asked_and_only_one_at_a_time():
    async with table() as pilot:
        await down(pilot, PASSWORD_ROW)
        await pilot.press("s")
        await until_seen(pilot, "correct-horse")
        await down(pilot, USERNAME_ROW - PASSWORD_ROW)
        await pilot.press("s")
        await until(pilot, lambda: "correct-horse" not in seen(pilot))
        assert "admin" in seen(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "admin" not in seen(pilot))


async def test_a_masked_secret_can_be_copied():
    async with table() as pilot:
        await down(pilot, PASSWORD_ROW)
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == "correct-horse")
        assert "correct-horse" not in seen(pilot)


async def test_the_health_is_beside():
    async with table() as pilot:
        await pilot.press("down")
        await until_seen(pilot, "mlflow is healthy")


def test_a_browser_inside_the_terminal_does_not_count(monkeypatch):
    monkeypatch.setenv("BROWSER", "true %s")
    assert not open_in_browser("http://127.0.0.1:1")


async def test_how_a_resource_is_used_is_shown_and_copied():
    async with table() as pilot:
        await down(pilot, 1)
        await pilot.press("u")
        await until_seen(pilot, "experiment-tracker from python")
        await pilot.press("tab")
        await until_seen(pilot, "experiment-tracker from shell")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == "curl tea\n")
        await pilot.press("escape")
        await until_gone(pilot, "from shell")
