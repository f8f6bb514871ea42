"""From nothing to the LLM stack on Azure and back, by keys alone, on the stand-ins."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from textual.pilot import Pilot

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.targets.azure.names import derive_names
from matcha_tui.widgets.setting_field import SettingField
from tests.azure.project import AzureProject, make_project
from tests.azure_cloud import azure_cloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.screens.keyboard import seen, type_text, until, until_on, until_seen

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NAMES = derive_names("tea", SUBSCRIPTION)
SETTINGS = {
    "prefix": "tea",
    "location": "westeurope",
    "subscription_id": SUBSCRIPTION,
    "state": "local",
}
RUN_SECONDS = 120.0
NO_PRICE_LIST = (
    "http://127.0.0.1:9/prices"  # nobody listens there: the prices that came with matcha
)


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureProject]:
    """An empty project, and an Azure with a simulated account that this process finds."""
    project = make_project(tmp_path)
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    for name in ("ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MATCHA_PRICES_URL", NO_PRICE_LIST)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with azure_cloud(certificates) as cloud:
        variables = {**cloud.environment, **cloud.principal, **project.simulator.environment}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        try:
            yield project
        finally:
            project.matcha.clean_up()


async def until_done(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in seen(pilot), RUN_SECONDS)


async def choose_azure_and_llm(pilot: Pilot[None]) -> None:
    await pilot.press("down")
    await until_seen(pilot, "(•) Azure")
    await pilot.press("l")
    await until_seen(pilot, "(•) LLM")


async def choose_account_and_region(pilot: Pilot[None]) -> None:
    await until_on(pilot, AccountScreen)
    await until_seen(pilot, SUBSCRIPTION)
    await pilot.press("enter")
    await until_on(pilot, RegionScreen)
    await type_text(pilot, "westeurope")
    await pilot.press("enter")


def focused_setting(pilot: Pilot[None]) -> str:
    around = pilot.app.focused.ancestors_with_self if pilot.app.focused else []
    return next((field.setting_name for field in around if isinstance(field, SettingField)), "")


def typed(pilot: Pilot[None]) -> Mapping[str, str]:
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen.session.draft.typed


async def type_settings(pilot: Pilot[None]) -> None:
    await type_text(pilot, "tea")
    for _ in range(40):
        if focused_setting(pilot) == "state":
            break
        await pilot.press("tab")
    await pilot.press("enter", "down", "enter")
    await until(pilot, lambda: typed(pilot).get("state") == "local")
    await pilot.press("tab")


async def test_the_llm_stack_is_built_on_azure_and_destroyed(azure: AzureProject):
    folder = azure.matcha.folder
    async with MatchaApp(Session(Deployment(folder))).run_test(size=(100, 30)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        await choose_azure_and_llm(pilot)
        await pilot.press("enter")
        await until_on(pilot, ModulesScreen)
        await pilot.press("enter")
        await choose_account_and_region(pilot)
        await until_on(pilot, SettingsScreen)
        await type_settings(pilot)
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)
        await until_done(pilot, " to add, 0 to change")
        assert "Azure · llm stack" in seen(pilot)
        assert "cancelled" not in seen(pilot)
        assert "free" not in seen(pilot)
        assert azure.simulator.objects() == {}
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_done(pilot, "Your stack is up")
        assert "azurerm_kubernetes_cluster" in azure.types()

        await pilot.press("enter")
        await until_on(pilot, ResourcesScreen)
        await until_seen(pilot, f"{NAMES.dns_label}.westeurope.cloudapp.azure.com")
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
