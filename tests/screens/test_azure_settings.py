"""Azure's settings as a form: grouped, named, and with the names that are made of the prefix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.screens.draft import settings_by_owner
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.targets.azure.names import derive_names
from matcha_tui.targets.azure.settings import AZURE_SETTINGS
from matcha_tui.widgets.setting_field import SettingField
from tests.screens.cloudy import CHOSEN, RESEARCH, CloudySession, signed_in
from tests.screens.keyboard import seen, until_on, until_seen

CHOSEN_BEFORE = {"subscription_id", "tenant_id", "location"}


@asynccontextmanager
async def opened(session: CloudySession) -> AsyncIterator[Pilot[None]]:
    app = MatchaApp(session)
    session.signed_in = signed_in()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await app.push_screen(RegionScreen(session))
        await app.push_screen(SettingsScreen(session))
        yield pilot


def test_every_setting_of_the_target_is_on_the_form_or_asked_before():
    session = CloudySession()
    owners = settings_by_owner(session.deployment.project, session.draft)
    on_the_form = {name for _title, own in owners for name in own if "." not in name}
    assert on_the_form | CHOSEN_BEFORE == {setting.name for setting in AZURE_SETTINGS}
    assert not on_the_form & CHOSEN_BEFORE


def test_the_groups_come_with_the_basic_one_first():
    session = CloudySession()
    titles = [title for title, _own in settings_by_owner(session.deployment.project, session.draft)]
    assert titles[:4] == ["Basics", "Cluster", "Database", "Access"]
    assert titles[4:6] == ["Budget and cost", "State and tags"]


async def test_what_was_chosen_before_is_shown_and_not_asked_again():
    async with opened(CloudySession(settings=CHOSEN)) as pilot:
        assert f"Research  {RESEARCH}" in seen(pilot)
        assert "westeurope" in seen(pilot)
        fields = {field.setting_name for field in pilot.app.screen.query(SettingField)}
        assert not fields & CHOSEN_BEFORE


@pytest.mark.slow
async def test_the_names_follow_the_prefix_while_it_is_typed():
    async with opened(CloudySession(settings=CHOSEN)) as pilot:
        await until_seen(pilot, derive_names("matcha", RESEARCH).registry)
        await pilot.press(*"tea")
        await until_seen(pilot, derive_names("tea", RESEARCH).registry)
        assert "tea-resources" in seen(pilot)


async def test_a_prefix_that_will_not_do_gives_no_names_and_holds_up_the_wizard():
    async with opened(CloudySession(settings=CHOSEN)) as pilot:
        await pilot.press(*"Tea")
        await until_seen(pilot, "✗ prefix cannot be")
        assert "Names are made of it once it will do." in seen(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsScreen)


@pytest.mark.slow
async def test_what_is_typed_survives_going_back_and_forth():
    session = CloudySession(settings=CHOSEN)
    async with opened(session) as pilot:
        await pilot.press(*"tea", "escape")
        await until_on(pilot, RegionScreen)
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        await until_seen(pilot, "tea-resources")
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)


@pytest.mark.slow
async def test_the_last_field_can_be_reached_in_a_small_terminal():
    async with opened(CloudySession(settings=CHOSEN)) as pilot:
        for _ in range(40):
            await pilot.press("tab")
            if "tags" in seen(pilot):
                return
        raise AssertionError(seen(pilot))
