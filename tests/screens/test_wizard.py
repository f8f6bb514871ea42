"""Through the wizard by keyboard alone, with real Terraform making the plan."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.terraform.folder import is_live, list_runs
from tests.ports import free_port
from tests.screens.keyboard import seen, type_text, until, until_on, until_seen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "iris-demo"
    project.mkdir()
    return project


@asynccontextmanager
async def wizard(folder: Path) -> AsyncIterator[Pilot[None]]:
    async with MatchaApp(Session(Deployment(folder))).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        yield pilot
        await pilot.app.screen.workers.wait_for_complete()


async def press_on(pilot: Pilot[None], *screens: type) -> None:
    for screen in screens:
        await pilot.press("enter")
        await until_on(pilot, screen)


async def test_enter_alone_leads_from_the_welcome_to_a_plan(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen, SettingsScreen, ReviewScreen)
        await until_seen(pilot, "Plan: 11 to add, 0 to change, 0 to destroy")
        assert "nothing to pay" in seen(pilot)
        assert 'name = "default"' in (folder / "matcha.toml").read_text()


@pytest.mark.slow
async def test_choosing_the_other_preset_reaches_terraform(folder):
    async with wizard(folder) as pilot:
        await pilot.press("l")
        await press_on(pilot, ModulesScreen, SettingsScreen, ReviewScreen)
        await until_seen(pilot, "Plan: 14 to add")


@pytest.mark.slow
async def test_a_changed_preset_is_called_custom_and_going_back_keeps_it(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen)
        await pilot.press("space")
        await until_seen(pilot, "custom stack")
        await pilot.press("escape")
        await until_on(pilot, StackScreen)
        assert "(•) Custom" in seen(pilot)
        await press_on(pilot, ModulesScreen)
        assert "[ ] -  Orchestrator" in seen(pilot)


async def test_a_stack_equal_to_a_preset_is_called_by_its_name(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen)
        await pilot.press("a")
        await until_seen(pilot, "llm stack")


async def test_a_mouse_ticks_modules_too(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen)
        assert "[x]    Experiment tracker" in seen(pilot)
        row = next(
            number
            for number, line in enumerate(seen(pilot).splitlines())
            if "Experiment tracker" in line
        )
        await pilot.click(offset=(4, row))
        await until_seen(pilot, "[ ] -  Experiment tracker")


async def test_an_empty_stack_goes_no_further(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen)
        await pilot.press("a", "a", "enter")
        await until_on(pilot, Notice)
        assert "The stack has no modules, so there is nothing to build." in seen(pilot)
        await pilot.press("escape")
        await until_on(pilot, ModulesScreen)


@pytest.mark.slow
async def test_a_wrong_setting_holds_up_the_wizard_and_is_not_lost_by_going_back(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen, SettingsScreen)
        await type_text(pilot, "80")
        await until_seen(pilot, "port must be from 1024 to 32767, or 0 for a free one")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsScreen)
        await pilot.press("escape")
        await until_on(pilot, ModulesScreen)
        await press_on(pilot, SettingsScreen)
        await until_seen(pilot, "and 80 is")


@pytest.mark.slow
async def test_a_setting_typed_in_haste_is_kept_and_leaving_the_review_ends_its_plan(folder):
    port = free_port()
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen, SettingsScreen)
        await type_text(pilot, str(port))
        await press_on(pilot, ReviewScreen)
        await pilot.press("escape")
        await until_on(pilot, SettingsScreen)
        await press_on(pilot, ReviewScreen)
        await until_seen(pilot, "Plan: 11 to add")
        runs = list_runs(folder / ".matcha/runs")
        await until(pilot, lambda: not any(is_live(run) for run in runs))
        assert f"port = {port}" in (folder / "matcha.toml").read_text()


async def test_escape_leads_home(folder):
    async with wizard(folder) as pilot:
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)


@pytest.mark.slow
async def test_a_password_can_be_given_and_is_nowhere_to_be_seen(folder):
    async with wizard(folder) as pilot:
        await press_on(pilot, ModulesScreen, SettingsScreen)
        await pilot.press("tab", "tab")
        await type_text(pilot, "green-tea-4-all")
        await until_seen(pilot, "•" * 15)
        assert "green-tea" not in seen(pilot)
        await press_on(pilot, ReviewScreen)
        await until_seen(pilot, "Plan: 11 to add")
        await pilot.press("escape")
        await until_on(pilot, SettingsScreen)
        assert "green-tea" not in seen(pilot)
        assert "•" * 15 in seen(pilot)
    kept = folder / ".matcha/services/zenml/values.json"
    assert json.loads(kept.read_text())["password"] == "green-tea-4-all"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "green-tea" not in (folder / "matcha.toml").read_text()
