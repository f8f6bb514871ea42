"""The first screen: each preset says what is in it, and what it takes and costs."""

from matcha_tui.app import MatchaApp
from matcha_tui.screens.stack import StackScreen
from tests.screens.cloudy import CloudySession
from tests.screens.frozen import FrozenSession
from tests.screens.keyboard import seen, until, until_seen


async def test_a_preset_says_what_it_takes_on_this_machine():
    session = FrozenSession()
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(StackScreen(session))
        await until_seen(pilot, "2.5 GB of disk · nothing to pay")
        assert seen(pilot).count("about 30 s the first time") == 2


async def test_a_preset_says_what_it_costs_where_it_costs_anything():
    session = CloudySession()
    async with MatchaApp(session).run_test(size=(100, 30)) as pilot:
        await pilot.app.push_screen(StackScreen(session))
        await until_seen(pilot, "a month in Australia East")
        await pilot.press("up")
        await until(pilot, lambda: "a month" not in seen(pilot))
        assert "nothing to pay" in seen(pilot)


async def test_where_there_is_room_each_module_of_the_preset_says_what_it_is_for():
    session = FrozenSession()
    async with MatchaApp(session).run_test(size=(120, 40)) as pilot:
        await pilot.app.push_screen(StackScreen(session))
        await until_seen(pilot, "Runs training pipelines")
        assert "Stores embeddings" not in seen(pilot)
        await pilot.press("l")
        await until_seen(pilot, "Stores embeddings")
