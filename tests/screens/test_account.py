"""Who builds on Azure: every way to be signed in, or not, ends in a sentence and a key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.screens.account import AccountScreen
from matcha_tui.screens.device_code import DeviceCodeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.region import RegionScreen
from matcha_tui.targets.azure.auth.environment import SignInMethod
from tests.screens.cloudy import (
    CHOSEN,
    OTHER,
    RESEARCH,
    TENANT,
    TENANTS,
    TRIAL,
    CloudySession,
    signed_in,
)
from tests.screens.keyboard import seen, until, until_on, until_seen

pytestmark = pytest.mark.slow

SIGNED_OUT = MatchaError(
    "nobody is signed in to the Azure CLI", hint="Run `az login`, then try again."
)


@asynccontextmanager
async def opened(session: CloudySession) -> AsyncIterator[Pilot[None]]:
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.workers.wait_for_complete()
        await app.push_screen(ModulesScreen(session))
        await pilot.press("enter")
        await until_on(pilot, AccountScreen)
        yield pilot


async def test_it_says_who_is_signed_in_how_and_in_which_tenant():
    async with opened(CloudySession()) as pilot:
        await until_seen(pilot, "● Signed in")
        for words in ("ada@example.com", "Azure CLI", "Contoso", TENANT, "Enabled"):
            assert words in seen(pilot)


async def test_the_first_usable_subscription_is_taken_with_enter():
    session = CloudySession()
    async with opened(session) as pilot:
        await until_seen(pilot, "● Signed in")
        await pilot.press("enter")
        await until_on(pilot, RegionScreen)
        assert session.draft.typed["subscription_id"] == RESEARCH
        assert session.draft.typed["tenant_id"] == TENANT


async def test_one_that_is_disabled_cannot_be_taken():
    session = CloudySession()
    async with opened(session) as pilot:
        await until_seen(pilot, "▲ Disabled")
        await pilot.press("down", "enter")
        await until_on(pilot, Notice)
        assert "An old trial is Disabled" in seen(pilot)
        assert session.draft.typed.get("subscription_id") != TRIAL


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("nobody is signed in to the Azure CLI", "Run `az login`, then try again."),
        ("the Azure CLI (az) is not installed", "Install the Azure CLI and run `az login`"),
        ("your sign-in to Azure has expired (AADSTS700082)", "Run `az login`, then try again."),
        ("your account does not belong to this tenant", "Run `az login --tenant TENANT`"),
    ],
)
async def test_who_cannot_sign_in_is_told_why_and_what_to_do(message, hint):
    session = CloudySession()
    session.sign_ins = [MatchaError(message, hint=hint)]
    async with opened(session) as pilot:
        await until_seen(pilot, f"✗ {message}")
        assert f"Next: {hint}" in seen(pilot)
        assert "r tries again; d signs in with a code" in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, Notice)


async def test_a_second_try_goes_on_as_if_nothing_had_been():
    session = CloudySession()
    session.sign_ins = [SIGNED_OUT, signed_in()]
    async with opened(session) as pilot:
        await until_seen(pilot, "Nobody is signed in")
        await pilot.press("r")
        await until_seen(pilot, "● Signed in")
        assert "✗" not in seen(pilot)


async def test_who_sees_no_subscription_is_told_so():
    nothing = replace(
        signed_in(), subscriptions=(), problem=MatchaError("ada sees no subscription", hint="Ask.")
    )
    session = CloudySession()
    session.sign_ins = [nothing]
    async with opened(session) as pilot:
        await until_seen(pilot, "✗ ada sees no subscription")
        assert "● Signed in" in seen(pilot)


async def test_what_was_chosen_before_can_be_passed_with_enter_though_nobody_can_check_it():
    session = CloudySession(settings=dict(CHOSEN))
    session.sign_ins = [MatchaError("Azure cannot be reached", hint="Check the network.")]
    async with opened(session) as pilot:
        await until_seen(pilot, "The subscription could not be verified")
        await pilot.press("enter")
        await until_on(pilot, RegionScreen)
        assert session.draft.typed["subscription_id"] == RESEARCH


async def test_a_subscription_that_the_account_does_not_see_is_kept_and_marked():
    session = CloudySession(settings=CHOSEN | {"subscription_id": RESEARCH.replace("0", "9")})
    async with opened(session) as pilot:
        await until_seen(pilot, "does not see the subscription chosen before")
        assert "unverified" in seen(pilot)


async def test_another_tenant_is_signed_in_to_anew():
    session = CloudySession()
    elsewhere = replace(signed_in(), tenant_id=OTHER)
    session.sign_ins = [signed_in(), elsewhere]
    async with opened(session) as pilot:
        await until_seen(pilot, "one of 2")
        await pilot.press("t")
        await until_seen(pilot, "Which tenant?")
        await pilot.press("down", "enter")
        await until_seen(pilot, "Fabrikam")
        await until(pilot, lambda: session.asked_tenants == ["", OTHER])


async def test_where_there_is_one_tenant_there_is_nothing_to_switch_to():
    session = CloudySession()
    session.sign_ins = [signed_in(tenants=TENANTS[:1])]
    async with opened(session) as pilot:
        await until_seen(pilot, "● Signed in")
        assert "t Tenant" not in seen(pilot)


async def test_going_back_and_forth_keeps_the_choice_and_signs_in_once():
    session = CloudySession()
    second = replace(signed_in().subscriptions[0], subscription_id=TRIAL, name="Teaching")
    session.sign_ins = [replace(signed_in(), subscriptions=(signed_in().subscriptions[0], second))]
    async with opened(session) as pilot:
        await until_seen(pilot, "Teaching")
        await pilot.press("down", "escape")
        await until_on(pilot, ModulesScreen)
        await pilot.press("enter")
        await until_on(pilot, AccountScreen)
        await until_seen(pilot, "(•) Teaching")
        assert session.asked_tenants == [""]


async def test_a_device_code_is_shown_with_its_page_and_its_time_and_signs_in():
    session = CloudySession()
    session.sign_ins = [SIGNED_OUT]
    async with opened(session) as pilot:
        await until_seen(pilot, "Nobody is signed in")
        await pilot.press("d")
        await until_on(pilot, DeviceCodeScreen)
        await until_seen(pilot, "WXYZ9876")
        assert "https://microsoft.com/devicelogin" in seen(pilot)
        assert "the code is good for 14:00 more" in seen(pilot)
        await pilot.press("c")
        await until_seen(pilot, "Copied WXYZ9876")
        session.codes.put_nowait(signed_in(SignInMethod.DEVICE_CODE))
        await until_on(pilot, AccountScreen)
        await until_seen(pilot, "You can look around with this sign-in")
        assert "by      device code" in seen(pilot)


async def test_a_device_code_can_be_cancelled():
    session = CloudySession()
    session.sign_ins = [SIGNED_OUT]
    async with opened(session) as pilot:
        await until_seen(pilot, "Nobody is signed in")
        await pilot.press("d")
        await until_seen(pilot, "WXYZ9876")
        await pilot.press("escape")
        await until_on(pilot, AccountScreen)
        assert "Nobody is signed in" in seen(pilot)


@pytest.mark.parametrize(
    "message", ["the device code ran out before it was entered", "the sign-in was declined"]
)
async def test_a_device_code_that_comes_to_nothing_says_why(message):
    session = CloudySession()
    session.codes.put_nowait(MatchaError(message, hint="Ask for a new one."))
    async with opened(session) as pilot:
        await until_seen(pilot, "● Signed in")
        await pilot.press("d")
        await until_on(pilot, AccountScreen)
        await until_seen(pilot, f"✗ {message}")
