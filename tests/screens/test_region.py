"""The region table: filtered while typed, sorted by keys and mouse, priced at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.pricing.price import Prices
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.widgets.region_table import RegionTable
from tests.screens.cloudy import CHOSEN, CloudySession, signed_in
from tests.screens.keyboard import seen, until, until_on, until_seen

pytestmark = pytest.mark.slow

SMALL, LARGE = (80, 24), (120, 40)


@asynccontextmanager
async def opened(
    session: CloudySession, size: tuple[int, int] = SMALL
) -> AsyncIterator[Pilot[None]]:
    app = MatchaApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.workers.wait_for_complete()
        await app.push_screen(AccountScreen(session))
        await app.push_screen(RegionScreen(session))
        await until_seen(pilot, "of 58, by cost")
        yield pilot


def session_with(**settings: str) -> CloudySession:
    session = CloudySession(settings=CHOSEN | settings)
    session.signed_in = signed_in()
    return session


def names(pilot: Pilot[None]) -> list[str]:
    table = pilot.app.screen.query_one(RegionTable)
    return [str(key.value) for key in table.rows]


async def test_without_a_choice_the_cursor_is_on_what_is_recommended_and_says_why():
    session = CloudySession()
    async with opened(session) as pilot:
        await until_seen(pilot, "★ Recommended: The cheapest region with availability zones.")
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        assert session.draft.typed["location"]


async def test_typing_filters_by_name_country_and_part_of_the_world():
    async with opened(session_with()) as pilot:
        await pilot.press(*"germany")
        await until_seen(pilot, "2 of 58")
        assert set(names(pilot)) == {"germanynorth", "germanywestcentral"}


async def test_escape_clears_the_filter_first_and_goes_back_then():
    async with opened(session_with()) as pilot:
        await pilot.press(*"ger")
        await until_seen(pilot, "esc Clear/Back")
        await pilot.press("escape")
        await until_seen(pilot, "58 of 58")
        await pilot.press("escape")
        await until_on(pilot, AccountScreen)


async def test_a_filter_that_finds_nothing_says_so_and_leads_nowhere():
    async with opened(session_with()) as pilot:
        await pilot.press(*"atlantis")
        await until_seen(pilot, "No region is called so; esc shows all.")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, RegionScreen)


async def test_the_region_that_the_cursor_is_moved_to_is_taken():
    session = session_with()
    async with opened(session) as pilot:
        await pilot.press(*"japan", "down")
        await until(pilot, lambda: session.draft.typed["location"].startswith("japan"))
        taken = session.draft.typed["location"]
        await pilot.press("escape", "escape")
        await until_on(pilot, AccountScreen)
        assert session.draft.typed["location"] == taken


async def test_a_filter_alone_changes_no_choice_before_enter():
    session = session_with()
    async with opened(session) as pilot:
        await pilot.press(*"japan")
        await until_seen(pilot, "of 58")
        assert session.draft.typed["location"] == "westeurope"
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        assert session.draft.typed["location"].startswith("japan")


async def test_going_back_and_forth_keeps_the_region_and_the_filter():
    session = session_with()
    async with opened(session) as pilot:
        await pilot.press(*"norway", "down", "enter")
        await until_on(pilot, SettingsScreen)
        taken = session.draft.typed["location"]
        await pilot.press("escape")
        await until_on(pilot, RegionScreen)
        assert pilot.app.screen.query_one(RegionTable).highlighted == taken
        assert "Type to filter: norway" in seen(pilot)


@pytest.mark.parametrize(
    ("presses", "order"), [(1, "name"), (2, "geography"), (3, "zones"), (5, "fit"), (6, "cost")]
)
async def test_f2_sorts_by_one_column_after_another(presses, order):
    async with opened(session_with()) as pilot:
        await pilot.press(*["f2"] * presses)
        await until_seen(pilot, f"58 of 58, by {order}")


async def test_f3_turns_the_order_around():
    async with opened(session_with()) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: names(pilot) == sorted(names(pilot), key=_title(pilot)))
        there = names(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: names(pilot) == there[::-1])


def _title(pilot: Pilot[None]):
    table = pilot.app.screen.query_one(RegionTable)
    return lambda name: str(table.get_row(name)[0])[2:]


async def test_a_click_on_a_header_sorts_and_another_turns_it_around():
    async with opened(session_with()) as pilot:
        await pilot.click(DataTable, offset=(4, 0))
        await until_seen(pilot, "by name")
        there = names(pilot)
        await pilot.click(DataTable, offset=(4, 0))
        await until(pilot, lambda: names(pilot) == there[::-1])


async def test_a_click_on_a_row_takes_it():
    session = session_with()
    async with opened(session) as pilot:
        await pilot.click(DataTable, offset=(4, 3))
        await until(pilot, lambda: session.draft.typed["location"] != "westeurope")
        await pilot.pause()
        assert isinstance(pilot.app.screen, RegionScreen)


async def test_f4_goes_to_what_is_recommended():
    async with opened(session_with()) as pilot:
        await pilot.press(*"japan", "f4")
        await until_seen(pilot, "★ Recommended: The cheapest region with availability zones in")


async def test_live_prices_replace_those_that_came_with_matcha():
    async with opened(session_with()) as pilot:
        await until_seen(pilot, "Azure's list prices of 4 May 2026.")


async def test_without_a_network_the_prices_that_are_here_are_shown_with_their_date():
    session = session_with()
    session.online = False
    async with opened(session) as pilot:
        await until_seen(pilot, "▲ Offline: Azure's price list at prices.azure.com cannot be")
        assert "1 April 2026, which came with matcha." in " ".join(seen(pilot).split())


async def test_it_says_how_long_azure_has_been_asked_while_the_table_is_in_use_already():
    class Slow(CloudySession):
        async def find_prices(self, *, offline: bool) -> Prices:
            found = await super().find_prices(offline=True)
            if not offline:
                await until_released.wait()
            return found

    until_released = asyncio.Event()
    session = Slow(settings=CHOSEN)
    async with opened(session) as pilot:
        await until_seen(pilot, "▸ Asking Azure for prices … 0:00")
        await pilot.press(*"japan")
        await until_seen(pilot, "2 of 58")
        until_released.set()
        await until(pilot, lambda: "Asking Azure" not in seen(pilot))


async def test_whether_sizes_and_quota_fit_is_said_in_words_and_signs():
    async with opened(session_with(), LARGE) as pilot:
        await until_seen(pilot, "✓ yes")
        assert "? unknown" in seen(pilot)
        await pilot.press(*"eastus", "down")
        await until_seen(pilot, "✗ no")


async def test_where_machines_can_be_had_is_asked_for_all_regions():
    session = session_with()
    session.fits = {
        "northeurope": True,
        "swedencentral": False,
    }
    async with opened(session, LARGE) as pilot:
        await pilot.press(*"europe")
        await until(pilot, lambda: "✓ yes" in line_with(pilot, "North Europe"))
        await until(pilot, lambda: "✗ no" in line_with(pilot, "Sweden Central"))


def line_with(pilot: Pilot[None], words: str) -> str:
    return next((line for line in seen(pilot).splitlines() if words in line), "")


async def test_while_nobody_is_signed_in_that_is_unknown():
    session = CloudySession(settings=CHOSEN)
    session.sign_ins = [MatchaError("nobody is signed in")]
    async with opened(session) as pilot:
        await until_seen(pilot, "unknown until somebody is signed in")
