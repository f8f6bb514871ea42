"""From nothing to the LLM stack on Azure and back, by keys alone, on the stand-ins."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.selection import open_project
from tests.azure.project import SETTINGS, AzureProject, make_project
from tests.screens.keyboard import seen, type_text, until, until_on, until_seen

pytestmark = pytest.mark.e2e

RUN_SECONDS = 120.0


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureProject]:
    """An empty project whose account this process finds, as the wizard's runs must."""
    project = make_project(tmp_path)
    for name in ("ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in project.simulator.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield project
    finally:
        project.matcha.clean_up()


async def until_done(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in seen(pilot), RUN_SECONDS)


async def choose_azure_and_llm(pilot: Pilot[None]) -> None:
    await pilot.press("shift+tab", "down")
    await until_seen(pilot, "(•) Azure")
    await pilot.press("tab", "down")
    await until_seen(pilot, "(•) LLM")


async def type_settings(pilot: Pilot[None]) -> None:
    for name in ("prefix", "location", "subscription_id"):
        await type_text(pilot, SETTINGS[name])
        await pilot.press("tab")
    await pilot.press("tab")  # the tenant is that of the subscription
    await pilot.press("enter", "down", "enter")
    await until(pilot, lambda: "state" in pilot.app.screen.session.draft.typed)  # type: ignore[attr-defined]
    await pilot.press("tab")


async def test_the_llm_stack_is_built_on_azure_and_destroyed(azure: AzureProject):
    folder = azure.matcha.folder
    async with MatchaApp(Session(open_project(folder))).run_test(size=(100, 30)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        await choose_azure_and_llm(pilot)
        await pilot.press("enter")
        await until_on(pilot, ModulesScreen)
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        await type_settings(pilot)
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)
        await until_done(pilot, "Plan: 49 to add")
        assert "Azure · llm stack" in seen(pilot)
        assert "Target  Azure" in seen(pilot)
        assert "free" not in seen(pilot)
        assert azure.simulator.objects() == {}
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_done(pilot, "Your stack is up")
        assert "azurerm_kubernetes_cluster" in azure.types()

        await pilot.press("enter")
        await until_on(pilot, ResourcesScreen)
        await until_seen(pilot, "tea-ia4gg.westeurope.cloudapp.azure.com")
        assert azure.matcha.get("pipeline", "server-password") not in seen(pilot)
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)
        await until_seen(pilot, "llm")
        await pilot.press("d")
        await until_on(pilot, DestroyScreen)
        await until_seen(pilot, "tea-resources")
        await type_text(pilot, folder.name)
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_done(pilot, "Everything is taken down")
    assert azure.simulator.objects() == {}
    written = (folder / "matcha.toml").read_text()
    for name, value in SETTINGS.items():
        assert f'{name} = "{value}"' in written
