"""Every answer of Azure Resource Manager, good or bad."""

import time
from dataclasses import replace

import certifi
import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.connection import Connection
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.tokens import OTHER_TENANT

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/tea"
COMPUTE = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute"
USAGES = f"{COMPUTE}/locations/westeurope/usages"


@pytest.fixture
def manager(account: Account):
    with ResourceManager(account) as opened:
        yield opened


def refusal(manager: ResourceManager, path: str = GROUP) -> AzureRequestError:
    """The one sentence that a GET comes to."""
    started = time.monotonic()
    with pytest.raises(AzureRequestError) as error:
        manager.get(path)
    assert time.monotonic() - started < 30
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value


def test_an_object_is_written_and_read(azure: AzureCloud, manager: ResourceManager):
    assert manager.find(GROUP) is None
    manager.put(GROUP, {"location": "westeurope"})
    assert manager.get(GROUP)["location"] == "westeurope"
    request = azure.requests[-1]
    assert request.query == {"api-version": "2024-03-01"}
    assert request.headers["user-agent"].startswith("matcha-tui")


def test_something_is_done(manager: ResourceManager):
    answer = manager.post(f"{COMPUTE}/register")
    assert answer["registrationState"] == "Registering"


def test_a_list_is_read_over_all_its_pages(azure: AzureCloud, manager: ResourceManager):
    azure.resources.page_size = 1
    assert [item["name"]["value"] for item in manager.pages(USAGES)] == [
        "cores",
        "standardDSv5Family",
    ]


def test_a_token_is_not_sent_to_another_server(azure: AzureCloud, manager: ResourceManager):
    azure.resources.answers[f"GET {USAGES}"] = {"value": [], "nextLink": "https://evil.test/"}
    del azure.resources.answers[
        "GET /subscriptions/*/providers/Microsoft.Compute/locations/*/usages"
    ]
    with pytest.raises(MatchaError, match="its next page is on another server"):
        list(manager.pages(USAGES))


@pytest.mark.parametrize("value", [None, {}, "text", [1], [None]])
def test_a_list_that_is_none_is_one_sentence(
    azure: AzureCloud, manager: ResourceManager, value: object
):
    pattern = "GET /subscriptions/*/providers/Microsoft.Compute/locations/*/usages"
    azure.resources.answers[pattern] = {"value": value}
    with pytest.raises(MatchaError, match="its answer holds no list"):
        list(manager.pages(USAGES))


@pytest.mark.parametrize(
    ("status", "code", "text", "message", "hint"),
    [
        (
            401,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than now.",
            "Azure does not accept the sign-in any more (ExpiredAuthenticationToken)",
            "az login",
        ),
        (
            401,
            "InvalidAuthenticationTokenTenant",
            f"The access token is from the wrong issuer 'https://sts.windows.net/{OTHER_TENANT}/'.",
            "you are signed in to another tenant than the subscription's"
            " (InvalidAuthenticationTokenTenant)",
            "az login --tenant",
        ),
        (
            401,
            "InvalidAuthenticationTokenTenant",
            "The access token is from the wrong issuer 'https://sts.windows.net/a/'. It must match"
            f" the tenant 'https://sts.windows.net/{OTHER_TENANT}/' associated with this one.",
            f"you are signed in to another tenant than the subscription's, {OTHER_TENANT}"
            " (InvalidAuthenticationTokenTenant)",
            f"Run `az login --tenant {OTHER_TENANT}`",
        ),
        (
            403,
            "AuthorizationFailed",
            "The client 'ada' with object id 'x' does not have authorization to perform action"
            " 'Microsoft.Resources/subscriptions/resourcegroups/read' over scope '/s'.",
            "you lack the right Microsoft.Resources/subscriptions/resourcegroups/read"
            " (AuthorizationFailed)",
            "Ask for Contributor",
        ),
        (
            403,
            "AuthorizationFailed",
            "... to perform action 'Microsoft.Authorization/roleAssignments/write' over scope ...",
            "you may not give rights to others, and the stack needs some to be given:"
            " Microsoft.Authorization/roleAssignments/write (AuthorizationFailed)",
            "User Access Administrator",
        ),
        (
            403,
            "RequestDisallowedByPolicy",
            "Resource 'x' was disallowed by policy 'Allowed locations'.",
            "a policy of your organisation forbids it: Allowed locations"
            " (RequestDisallowedByPolicy)",
            "policy",
        ),
        (
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Storage'.",
            "the subscription has never used Microsoft.Storage, which this stack needs,"
            " and has to be registered for it (MissingSubscriptionRegistration)",
            "az provider register --namespace Microsoft.Storage",
        ),
        (
            409,
            "ReadOnlyDisabledSubscription",
            "The subscription is disabled and therefore marked as read only.",
            "the subscription is disabled (ReadOnlyDisabledSubscription)",
            "Reactivate",
        ),
        (
            404,
            "SubscriptionNotFound",
            "The subscription 'x' could not be found.",
            "there is no such subscription in the tenant that you are signed in to, or you may not"
            " see it (SubscriptionNotFound)",
            "az account list",
        ),
        (
            418,
            "Teapot",
            "Short\x1b[31m\nand stout",
            "Azure answers GET {url} with 418 (Teapot): Short and stout",
            "again",
        ),
        (404, "NoSuch", "Gone.", "Azure knows nothing at GET {url} (NoSuch): Gone.", "prefix"),
        (403, "No", "Never.", "Azure does not allow GET {url} (No): Never.", "Contributor"),
        (401, "Who", "You?", "Azure does not accept the sign-in (Who): You?", "az login"),
        (
            409,
            "AnotherOperationInProgress",
            "Busy.",
            "Azure is still at work on the same resource, by an earlier operation or somebody"
            " else's (AnotherOperationInProgress)",
            "Wait",
        ),
        (
            500,
            "InternalServerError",
            "Oh.",
            "Azure answers GET {url} with 500 (InternalServerError): Oh.",
            "again",
        ),
    ],
)
def test_a_refusal_is_one_sentence_with_its_code(
    azure: AzureCloud,
    manager: ResourceManager,
    status: int,
    code: str,
    text: str,
    message: str,
    hint: str,
):
    azure.faults.add(GROUP, status, code, text)
    error = refusal(manager)
    assert error.message == message.format(url=azure.url + GROUP)
    assert hint in (error.hint or "")
    assert (error.status, error.code) == (status, code)


def test_a_long_refusal_is_cut(azure: AzureCloud, manager: ResourceManager):
    azure.faults.add(GROUP, 400, "Long", "word " * 1000)
    assert len(refusal(manager).message) < 600


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>", "its answer is no JSON"),
        (200, b"[]", "its answer is no JSON object"),
        (200, b'"text"', "its answer is no JSON object"),
        (200, b"\xff\xfe", "its answer is no JSON"),
        (400, b"<html>", "(400): Bad Request"),
        (400, b"[]", "(400)"),
        (400, b'{"error": null}', "(None)"),
        (400, b'{"error": "text"}', "(text)"),
    ],
)
def test_an_answer_of_another_shape_is_one_sentence(
    azure: AzureCloud, manager: ResourceManager, status: int, body: bytes, words: str
):
    azure.faults.add(GROUP, status, body=body)
    assert words in refusal(manager).message


def test_an_answer_that_ends_in_the_middle_is_one_sentence(
    azure: AzureCloud, manager: ResourceManager
):
    azure.faults.cut_off("/usages")
    assert "cut off" in refusal(manager, USAGES).message


def test_an_answer_that_never_comes_is_one_sentence(azure: AzureCloud, manager: ResourceManager):
    azure.faults.hang(GROUP)
    assert refusal(manager).message == f"GET {azure.url}{GROUP}: there was no answer in time"


def test_a_server_that_is_not_there_is_one_sentence(azure: AzureCloud, manager: ResourceManager):
    manager.find(GROUP)
    azure.server.stop()
    assert "cannot be reached" in refusal(manager).message


def test_a_short_pause_is_made_and_a_long_one_is_told(azure: AzureCloud, manager: ResourceManager):
    manager.put(GROUP, {"location": "westeurope"})
    azure.faults.add(GROUP, 429, "TooManyRequests", headers={"Retry-After": "1"}, times=1)
    started = time.monotonic()
    assert manager.get(GROUP)["location"] == "westeurope"
    assert time.monotonic() - started >= 1
    azure.faults.add(GROUP, 429, "TooManyRequests", headers={"Retry-After": "3600"})
    asked = len(azure.requests)
    error = refusal(manager)
    assert error.message == (
        "Azure is asked too often and wants 3600 seconds of silence (TooManyRequests)"
    )
    assert len(azure.requests) == asked + 1


def test_too_many_refusals_end(azure: AzureCloud, manager: ResourceManager):
    azure.faults.add(GROUP, 429, "TooManyRequests", headers={"Retry-After": "0"})
    assert refusal(manager).status == 429
    assert 2 <= sum(line == f"GET {GROUP}" for line in azure.lines()) <= 4


def test_a_passing_fault_is_not_noticed(azure: AzureCloud, manager: ResourceManager):
    azure.faults.add("/usages", 500, times=1)
    azure.faults.cut_off("/usages", times=1)
    assert manager.get(USAGES)["value"]


def test_what_is_made_is_waited_for(azure: AzureCloud, manager: ResourceManager):
    manager.put(GROUP, {"location": "westeurope"})
    path = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/leaves"
    azure.resources.creation_polls = 2
    reports: list[str] = []
    manager.put(path, {"location": "westeurope"})
    manager.wait_until_ready(path, "the account", reports.append)
    assert reports == ["waiting for the account"] * 2


def test_what_fails_or_takes_for_ever_is_one_sentence(azure: AzureCloud, manager: ResourceManager):
    manager.put(GROUP, {"location": "westeurope"})
    path = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/leaves"
    azure.faults.add(path, 200, body=b'{"properties": {"provisioningState": "Failed"}}', times=1)
    with pytest.raises(MatchaError, match="could not make the account: its state is Failed"):
        manager.wait_until_ready(path, "the account")
    with pytest.raises(MatchaError, match="was not ready within 1 seconds"):
        manager.wait_until_ready(path, "the account")


def test_a_certificate_that_is_not_trusted_is_one_sentence(azure: AzureCloud, account: Account):
    options = {**account.cloud.options, "connection_verify": certifi.where()}
    stranger = replace(account, cloud=replace(account.cloud, options=options))
    with ResourceManager(stranger) as manager:
        error = refusal(manager)
    assert error.message == (
        f"GET {azure.url}{GROUP}: a secure connection was refused:"
        " the other side's certificate is not trusted on this machine"
    )
    assert "SSL_CERT_FILE" in (error.hint or "")


@pytest.mark.parametrize("server", ["https://leaves.blob.elsewhere.test", "https://leaves.test"])
def test_a_proxy_that_does_not_let_it_through_is_one_sentence(account: Account, server: str):
    with (
        Connection(server, account.cloud.options) as connection,
        pytest.raises(AzureRequestError) as error,
    ):
        connection.send("GET", "/state")
    assert error.value.message == f"GET {server}/state: the proxy does not let it through"
    assert error.value.hint == "Check HTTPS_PROXY and NO_PROXY, then run the same command again."


def test_a_name_that_cannot_be_resolved_is_one_sentence(
    account: Account, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name)
    with (
        Connection("https://no.such.name.invalid", account.cloud.options) as connection,
        pytest.raises(AzureRequestError, match="a host's name cannot be resolved"),
    ):
        connection.send("GET", "/")
