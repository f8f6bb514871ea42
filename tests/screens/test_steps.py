"""The wizard goes through the steps that a target asks for, and says which it cannot show."""

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.wizard import next_screen, open_step, step_titles
from matcha_tui.targets.registry import TARGETS
from matcha_tui.widgets.setting_field import SettingField
from tests.screens.cloudy import CHOSEN, CloudySession
from tests.screens.frozen import FrozenSession
from tests.screens.keyboard import seen, until_on, until_seen

AZURE = TARGETS["azure"]


def test_the_steps_of_a_target_stand_between_the_modules_and_the_settings():
    end = ("Settings", "Review", "Build", "Done")
    assert step_titles(TARGETS["local"]) == ("Stack", "Modules", *end)
    assert step_titles(AZURE) == ("Stack", "Modules", "Account", "Region", *end)


def test_the_review_is_chosen_by_whether_there_is_anything_to_pay():
    assert isinstance(next_screen(CloudySession(settings=CHOSEN), "settings"), ReviewScreen)
    assert type(next_screen(FrozenSession(), "settings")) is ReviewScreen


def test_a_step_that_needs_a_part_which_is_not_there_is_refused():
    for step, reason in (("account", "has no identity"), ("region", "no prices that differ")):
        with pytest.raises(MatchaError, match=reason):
            open_step(FrozenSession(), step)


async def test_a_group_of_settings_can_be_a_step_of_its_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(type(AZURE), "extra_steps", ("Access", "Database"))
    session = CloudySession(settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(ModulesScreen(session))
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        await until_seen(pilot, "▸ Access")
        fields = {field.setting_name for field in app.screen.query(SettingField)}
        assert fields == {"allowed_ranges", "certificate_email"}
        await pilot.press("enter")
        await until_seen(pilot, "▸ Database")
        await pilot.press("enter")
        await until_seen(pilot, "▸ Settings")
        asked = {field.setting_name for field in app.screen.query(SettingField)}
        assert "prefix" in asked
        assert not asked & {*fields, "database_sku"}


async def test_a_step_that_nobody_knows_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(type(AZURE), "extra_steps", ("horoscope",))
    session = CloudySession(settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(100, 30)) as pilot:
        await app.push_screen(ModulesScreen(session))
        assert "3 Horoscope" in seen(pilot)
        await pilot.press("enter")
        await until_seen(pilot, "asks for the step 'horoscope'")
