"""Whatever keeps Azure from answering: no check hangs, crashes or fails because of it."""

import threading
import time
from collections.abc import Callable

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.preflight import run_checks
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.endpoints import Cloud
from matcha_tui.targets.azure.preflight.table import list_checks
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.findings import Check, Finding, Verdict
from tests.azure_cloud import AzureCloud
from tests.targets.azure.preflight.conftest import MakeIntent

AskAll = Callable[..., dict[str, Finding]]
ASKING = [
    "identity",
    "rights",
    "registration",
    "sizes",
    "quota",
    "Kubernetes",
    "addresses",
    "names",
    "resource group",
    "policies",
]
MOST_SECONDS = 60.0


def refuse(status: int, code: str, text: str = "", **headers: str) -> Callable[[AzureCloud], None]:
    return lambda azure: azure.faults.add(
        "/subscriptions/", status, code, text, headers={"Retry-After": "0", **headers}
    )


FAULTS: dict[str, tuple[Callable[[AzureCloud], None], str]] = {
    "403": (refuse(403, "AuthorizationFailed", "no action 'a/read'"), "you lack the right a/read"),
    "429": (refuse(429, "TooManyRequests"), "Azure is asked too often"),
    "429-long": (
        refuse(429, "TooManyRequests", **{"Retry-After": "900"}),
        "wants 900 seconds of silence",
    ),
    "500": (refuse(500, "InternalServerError"), "with 500"),
    "hang": (lambda azure: azure.faults.hang("/subscriptions/"), "no answer in time"),
    "cut-off": (lambda azure: azure.faults.cut_off("/subscriptions/"), ""),
    "no-json": (
        lambda azure: azure.faults.add("/subscriptions/", 200, body=b"<html>sign in</html>"),
        "",
    ),
    "list": (lambda azure: azure.faults.add("/subscriptions/", 200, body=b"[1]"), ""),
    "empty": (lambda azure: azure.faults.add("/subscriptions/", 200, body=b"{}"), ""),
    "nulls": (
        lambda azure: azure.faults.add(
            "/subscriptions/", 200, body=b'{"value": [{}], "values": [null], "properties": []}'
        ),
        "",
    ),
    "gone": (lambda azure: azure.server.stop(), ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_is_no_failure(azure: AzureCloud, ask_all: AskAll, account: Account, fault: str):
    act, text = FAULTS[fault]
    act(azure)
    started = time.monotonic()
    findings = ask_all()
    assert time.monotonic() - started < MOST_SECONDS
    asked = [findings[name] for name in ASKING]
    failed = [finding for finding in asked if finding.verdict is Verdict.FAILED]
    assert not failed
    unverified = [finding for finding in asked if finding.verdict is Verdict.UNVERIFIED]
    # An object with nothing in it says something to a few: nobody has the group.
    assert len(unverified) >= (len(asked) if text else 6)
    for finding in unverified:
        assert text in finding.text
        assert "\n" not in finding.text
        assert not finding.text.endswith(".")
        assert finding.hint


def test_a_pause_that_azure_asks_for_is_made(azure: AzureCloud, ask_all: AskAll):
    azure.faults.add("/skus", 429, "TooManyRequests", times=1, headers={"Retry-After": "1"})
    started = time.monotonic()
    assert ask_all()["sizes"].verdict is Verdict.PASSED
    assert time.monotonic() - started >= 1


def test_an_expired_sign_in_fails_once(azure: AzureCloud, ask_all: AskAll):
    azure.faults.add("/subscriptions/", 401, "ExpiredAuthenticationToken", "The token expired.")
    findings = ask_all()
    assert findings["identity"].verdict is Verdict.FAILED
    assert "does not accept the sign-in any more" in findings["identity"].text
    assert findings["identity"].hint.startswith("Run `az login`")
    others = {findings[name].verdict for name in ASKING[1:]}
    assert others == {Verdict.UNVERIFIED}


def test_nobody_signed_in_is_said_once(azure: AzureCloud, make_intent: MakeIntent):
    attempts = []

    def refuse_sign_in() -> Account:
        attempts.append(threading.get_ident())
        raise MatchaError(
            "nobody is signed in to the Azure CLI", hint="Run `az login`, then try again."
        )

    spec = make_intent()
    checks = list_checks(spec, AzureSettings.of(spec), refuse_sign_in)
    findings = {finding.name: finding for finding in run_checks(checks)}
    assert len(attempts) == 1
    assert findings["identity"].verdict is Verdict.FAILED
    for name in ASKING[1:]:
        assert findings[name].verdict is Verdict.UNVERIFIED
        assert "the sign-in failed" in findings[name].text
        assert "identity" in findings[name].hint


@pytest.mark.slow
def test_a_registration_that_is_refused_says_why(azure: AzureCloud, ask_all: AskAll):
    azure.resources.registrations["microsoft.storage"] = "NotRegistered"
    fix = ask_all()["registration"].fix
    assert fix is not None
    azure.faults.add(
        "POST .*/register$", 403, "AuthorizationFailed", "... action 'x/register/action'"
    )
    with pytest.raises(MatchaError, match="you lack the right x/register/action"):
        fix.act()
    azure.faults.clear()
    azure.faults.add("GET .*Microsoft.Storage$", 200, body=b'{"registrationState": "Registering"}')
    with pytest.raises(MatchaError, match=r"Microsoft\.Storage was not registered within 1 sec"):
        fix.act()


def test_checks_run_side_by_side_and_report_as_they_end():
    barrier = threading.Barrier(3, timeout=10)

    def find(name: str) -> Callable[[], Finding]:
        def meet() -> Finding:
            barrier.wait()
            time.sleep(0.2 if name == "a" else 0)
            return Finding(name, Verdict.PASSED, "")

        return meet

    told: list[tuple[int, str]] = []
    checks = [Check(name, find(name)) for name in "abc"]
    findings = run_checks(checks, lambda place, finding: told.append((place, finding.name)))
    assert [finding.name for finding in findings] == ["a", "b", "c"]
    assert told[-1] == (0, "a")
    assert sorted(told) == [(0, "a"), (1, "b"), (2, "c")]
    assert run_checks([]) == ()


def test_the_sign_in_of_checks_is_that_of_the_environment(
    azure: AzureCloud, cloud: Cloud, make_intent: MakeIntent, monkeypatch: pytest.MonkeyPatch
):
    for name, value in azure.principal.items():
        monkeypatch.setenv(name, value)
    identity = AZURE.checks(make_intent())[0].run()
    assert identity.text.startswith("builder (service principal of ARM_CLIENT_ID)")
    azure.login.refusal = "AADSTS7000222: The provided client secret keys are expired."
    identity = AZURE.checks(make_intent())[0].run()
    assert identity.verdict is Verdict.FAILED
    assert "has expired" in identity.text
    assert "az ad app credential reset" in identity.hint
