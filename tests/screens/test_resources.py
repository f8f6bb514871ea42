"""The table of resources: secrets are masked, shown one at a time, and copied when asked."""

from collections.abc import Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.screens.browser import open_in_browser
from matcha_tui.screens.resources import MASK, ResourcesScreen
from tests.screens.frozen import FrozenSession, deployed
from tests.screens.keyboard import seen, until, until_gone, until_seen

PASSWORD_ROW, USERNAME_ROW = 2, 4


@asynccontextmanager
async def table(size: tuple[int, int] = (80, 24)):
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=size) as pilot:
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


async def test_a_secret_is_hidden_again_by_itself(monkeypatch):
    timers: list[tuple[float, Callable[[], None]]] = []
    async with table() as pilot:
        monkeypatch.setattr(pilot.app.screen, "set_timer", lambda *timer: timers.append(timer))
        await down(pilot, PASSWORD_ROW)
        await pilot.press("s")
        await until_seen(pilot, "correct-horse")
        [(seconds, end)] = timers
        assert seconds == 30
        end()
        await until_gone(pilot, "correct-horse")


async def test_where_there_is_room_the_use_of_a_resource_is_below_it():
    async with table(size=(120, 40)) as pilot:
        await down(pilot, 1)
        await until_seen(pilot, "experiment-tracker from python")
        assert "import mlflow" in seen(pilot)
        assert "curl tea" in seen(pilot)
        await down(pilot, 1)
        await until_gone(pilot, "curl tea")


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
