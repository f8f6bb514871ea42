"""The account screen against an Azure that really answers, refuses, or is not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.device_code import DeviceCodeScreen
from matcha_tui.screens.region import RegionScreen
from matcha_tui.screens.session import Session
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.az import Az
from tests.azure_cloud.tokens import TENANT
from tests.screens.keyboard import seen, until_on, until_seen
from tests.targets.azure.conftest import az, azure

__all__ = ["az", "azure"]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Session, Pilot[None]]]:
    project = folder / "iris-demo"
    project.mkdir()
    session = Session(Deployment(project))
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.workers.wait_for_complete()
        session.draft = replace(session.draft, target="azure")
        await app.push_screen(AccountScreen(session))
        yield session, pilot


@pytest.mark.slow
async def test_a_service_principal_chooses_the_only_usable_subscription(
    azure: AzureCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, value in azure.principal.items():
        monkeypatch.setenv(name, value)
    async with opened(tmp_path) as (session, pilot):
        await until_seen(pilot, "● Signed in")
        await until_seen(pilot, "builder")
        assert "service principal of ARM_CLIENT_ID" in seen(pilot)
        assert "Contoso" in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, RegionScreen)
        assert session.draft.typed["subscription_id"] == SUBSCRIPTION
        assert session.draft.typed["tenant_id"] == TENANT
        answers = [fits async for fits in session.survey(["westeurope", "eastus2"])]
        assert answers == [{"westeurope": True, "eastus2": False}]


async def test_the_azure_cli_that_nobody_is_signed_in_to_says_what_to_run(az: Az, tmp_path: Path):
    async with opened(tmp_path) as (_session, pilot):
        await until_seen(pilot, "✗ nobody is signed in to the Azure CLI")
        assert "Next: Run `az login`, then try again." in seen(pilot)
        az.tell(signed_in=True)
        await pilot.press("r")
        await until_seen(pilot, "as      ada@example.com")


async def test_without_the_azure_cli_it_says_what_to_install(
    azure: AzureCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    async with opened(tmp_path) as (_session, pilot):
        await until_seen(pilot, "the Azure CLI (az) is not installed")


async def test_an_expired_sign_in_says_so(az: Az, tmp_path: Path):
    az.tell(signed_in=True, error="ERROR: AADSTS700082: The refresh token has expired.\n")
    async with opened(tmp_path) as (_session, pilot):
        await until_seen(pilot, "your sign-in to Azure has expired (AADSTS700082)")


async def test_a_device_code_of_the_azure_cli_leads_to_a_sign_in_that_builds(
    az: Az, tmp_path: Path
):
    az.tell(signed_in=False, login_seconds=1)
    async with opened(tmp_path) as (_session, pilot):
        await until_seen(pilot, "Nobody is signed in")
        await pilot.press("d")
        await until_on(pilot, DeviceCodeScreen)
        await until_seen(pilot, "WXYZ9876")
        await until_on(pilot, AccountScreen)
        await until_seen(pilot, "as      ada@example.com")
        assert "look around" not in seen(pilot)


@pytest.mark.slow
async def test_a_device_code_without_the_azure_cli_is_for_looking_around(
    azure: AzureCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    azure.login.device.extendleft(["pending"])
    async with opened(tmp_path) as (_session, pilot):
        await until_seen(pilot, "Nobody is signed in")
        await pilot.press("d")
        await until_seen(pilot, "ABCD1234")
        await until_on(pilot, AccountScreen)
        await until_seen(pilot, "You can look around with this sign-in")
