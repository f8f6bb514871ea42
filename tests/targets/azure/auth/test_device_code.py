"""Signing in on another device."""

import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.arm.subscriptions import list_tenants
from matcha_tui.targets.azure.auth.device_code import sign_in_with_device_code
from matcha_tui.targets.azure.auth.environment import SignInMethod
from matcha_tui.targets.azure.cloud.endpoints import Cloud
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.az import Az
from tests.azure_cloud.tokens import OTHER_TENANT, TENANT
from tests.waiting import wait_for

Shown = list[tuple[str, str, datetime]]


@pytest.fixture
def shown() -> Shown:
    return []


@pytest.fixture
def without_az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def show(shown: Shown):
    return lambda url, code, expiry: shown.append((url, code, expiry))


@pytest.mark.usefixtures("without_az")
def test_the_code_is_shown_and_the_sign_in_is_for_looking_only(
    azure: AzureCloud, cloud: Cloud, shown: Shown
):
    azure.login.device = deque(["pending", "granted"])
    account = sign_in_with_device_code(cloud, show(shown))
    [(url, code, expiry)] = shown
    assert (url, code) == (f"{azure.url}/devicelogin", "ABCD1234")
    assert timedelta(minutes=14) < expiry - datetime.now(UTC) < timedelta(minutes=16)
    assert (account.name, account.tenant_id) == ("ada@example.com", TENANT)
    assert account.source is SignInMethod.DEVICE_CODE


@pytest.mark.usefixtures("without_az")
def test_a_sign_in_is_renewed_silently_and_never_begun_again_unasked(
    azure: AzureCloud, cloud: Cloud, shown: Shown
):
    left = threading.Event()
    azure.login.lifetime = 60
    account = sign_in_with_device_code(cloud, show(shown), is_cancelled=left.is_set)
    left.set()  # the screen that showed the code is gone
    assert list_tenants(account)
    azure.login.refusal = "AADSTS700082: The refresh token has expired."
    with pytest.raises(MatchaError) as error:
        list_tenants(account)
    assert error.value.message == "your sign-in by device code has ended (AADSTS700082)"
    assert len(shown) == 1


@pytest.mark.usefixtures("without_az")
@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ("expired", "the device code ran out before it was entered (AADSTS70020)"),
        ("declined", "the sign-in was declined (AADSTS70018)"),
    ],
)
def test_a_code_that_is_not_accepted_is_one_sentence(
    azure: AzureCloud, cloud: Cloud, shown: Shown, outcome: str, message: str
):
    azure.login.device = deque([outcome])
    with pytest.raises(MatchaError) as error:
        sign_in_with_device_code(cloud, show(shown))
    assert error.value.message == message


@pytest.mark.usefixtures("without_az")
def test_waiting_for_a_code_can_be_cancelled(azure: AzureCloud, cloud: Cloud, shown: Shown):
    azure.login.device = deque(["pending"])
    started = time.monotonic()
    with pytest.raises(MatchaError) as error:
        sign_in_with_device_code(cloud, show(shown), is_cancelled=lambda: bool(shown))
    assert error.value.exit_code is ExitCode.CANCELLED
    assert time.monotonic() - started < 60


def test_with_an_azure_cli_it_is_the_cli_that_is_signed_in(cloud: Cloud, az: Az, shown: Shown):
    account = sign_in_with_device_code(cloud, show(shown))
    assert [(url, code) for url, code, _ in shown] == [
        ("https://microsoft.com/devicelogin", "WXYZ9876")
    ]
    assert account.source is SignInMethod.AZURE_CLI
    assert az.calls()[0] == "login --use-device-code --allow-no-subscriptions --output none"


def test_a_tenant_is_passed_on_to_the_azure_cli(cloud: Cloud, az: Az, shown: Shown):
    sign_in_with_device_code(cloud, show(shown), tenant_id=OTHER_TENANT)
    assert az.calls()[0].endswith(f"--tenant {OTHER_TENANT}")


def test_what_the_azure_cli_refuses_is_one_sentence(cloud: Cloud, az: Az, shown: Shown):
    az.tell(error="ERROR: AADSTS70020: The provided device code has expired.\n")
    with pytest.raises(MatchaError, match="the device code ran out"):
        sign_in_with_device_code(cloud, show(shown))


def test_a_waiting_azure_cli_is_ended_when_it_is_cancelled(cloud: Cloud, az: Az, shown: Shown):
    az.tell(login_seconds=60)
    threads = threading.active_count()
    with pytest.raises(MatchaError) as error:
        sign_in_with_device_code(cloud, show(shown), is_cancelled=lambda: bool(shown))
    assert error.value.exit_code is ExitCode.CANCELLED
    wait_for(lambda: threading.active_count() <= threads)
