"""What an account can see of Azure."""

import time
from collections.abc import Callable

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.arm.subscriptions import (
    find_subscription,
    list_subscriptions,
    list_tenants,
)
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.identity_part import Subscription, Tenant
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import DISABLED_SUBSCRIPTION, SUBSCRIPTION
from tests.azure_cloud.tokens import OTHER_TENANT, TENANT

ASK: dict[str, Callable[[Account], object]] = {
    "tenants": list_tenants,
    "subscriptions": list_subscriptions,
    "subscription": lambda account: find_subscription(account, SUBSCRIPTION),
}
PATHS = {
    "tenants": "/tenants$",
    "subscriptions": "/subscriptions$",
    "subscription": f"/subscriptions/{SUBSCRIPTION}$",
}


def refusal(account: Account, what: str) -> MatchaError:
    started = time.monotonic()
    with pytest.raises(MatchaError) as error:
        ASK[what](account)
    assert time.monotonic() - started < 30
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value


def test_tenants_have_names_where_azure_tells_them(account: Account):
    assert list_tenants(account) == (
        Tenant(TENANT, "Contoso", "contoso.onmicrosoft.com"),
        Tenant(OTHER_TENANT, "", ""),
    )


def test_subscriptions_are_read_over_all_pages_usable_ones_first(
    azure: AzureCloud, account: Account
):
    azure.resources.page_size = 1
    assert list_subscriptions(account) == (
        Subscription(SUBSCRIPTION, "Research", "Enabled", TENANT),
        Subscription(DISABLED_SUBSCRIPTION, "An old trial", "Disabled", TENANT, is_usable=False),
    )


def test_an_account_without_subscriptions_is_told_so(azure: AzureCloud, account: Account):
    azure.resources.answers["GET /subscriptions"] = []
    error = refusal(account, "subscriptions")
    assert error.message == f"builder sees no subscription in the tenant {TENANT}"
    assert error.exit_code is ExitCode.PREFLIGHT_FAILED


def test_a_subscription_is_looked_up(account: Account):
    assert find_subscription(account, SUBSCRIPTION).name == "Research"
    with pytest.raises(MatchaError, match="the subscription An old trial is disabled") as error:
        find_subscription(account, DISABLED_SUBSCRIPTION)
    assert "Reactivate" in (error.value.hint or "")
    with pytest.raises(MatchaError, match=r"no such subscription .* \(SubscriptionNotFound\)"):
        find_subscription(account, TENANT)


@pytest.mark.parametrize("what", ASK)
@pytest.mark.parametrize(
    ("status", "code", "text", "message"),
    [
        (401, "InvalidAuthenticationToken", "Expired.", "does not accept the sign-in any more"),
        (401, "InvalidAuthenticationTokenTenant", "Wrong.", "signed in to another tenant"),
        (
            403,
            "AuthorizationFailed",
            "to perform action 'a/read' over",
            "you lack the right a/read",
        ),
        (429, "TooManyRequests", "Slow down.", "asked too often"),
        (500, "InternalServerError", "Oh.", "with 500 (InternalServerError): Oh."),
    ],
)
def test_every_refusal_is_one_sentence(
    azure: AzureCloud, account: Account, what: str, status: int, code: str, text: str, message: str
):
    azure.faults.add(PATHS[what], status, code, text)
    assert message in refusal(account, what).message


@pytest.mark.parametrize("what", ASK)
@pytest.mark.parametrize("body", [b"<html>", b'{"value": 1', b'{"value": 1}', b'{"value": [1]}'])
def test_every_answer_of_another_shape_is_one_sentence(
    azure: AzureCloud, account: Account, what: str, body: bytes
):
    azure.faults.add(PATHS[what], 200, body=body)
    assert refusal(account, what).message


@pytest.mark.parametrize("what", ASK)
def test_no_question_hangs(azure: AzureCloud, account: Account, what: str):
    azure.faults.hang(PATHS[what])
    assert "no answer in time" in refusal(account, what).message
