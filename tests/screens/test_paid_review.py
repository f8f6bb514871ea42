"""The review of what costs money: nothing is built against a check or a limit unasked."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.targets.findings import Check, Finding, Fix, Verdict
from tests.screens import recorded
from tests.screens.cloudy import CHOSEN, GOOD, MIXED, CloudySession, signed_in
from tests.screens.keyboard import seen, until, until_on, until_seen

pytestmark = pytest.mark.slow

SMALL, LARGE = (80, 24), (120, 40)


@asynccontextmanager
async def opened(
    session: CloudySession, size: tuple[int, int] = SMALL, **typed: str
) -> AsyncIterator[Pilot[None]]:
    app = MatchaApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.workers.wait_for_complete()
        session.draft = replace(session.draft, typed={**session.draft.typed, **typed})
        await app.push_screen(SettingsScreen(session))
        await app.push_screen(ReviewScreen(session))
        await until_seen(pilot, "planned")
        yield pilot


def session_with(checks: tuple[Check, ...] = GOOD, **settings: Any) -> CloudySession:
    session = CloudySession(recorded.planned(), settings=CHOSEN | settings)
    session.signed_in = signed_in()
    session.deployment.checked = checks
    return session


async def test_it_says_who_builds_where_and_for_how_much():
    async with opened(session_with()) as pilot:
        await until_seen(pilot, "✓ 3 passed · ✓ planned")
        words = ("ada@example.com, by Azure CLI", "Research", "westeurope", "a month", "Cluster")
        for word in words:
            assert word in seen(pilot)


async def test_the_machines_at_least_and_most_and_the_prices_origin_are_said():
    async with opened(session_with(node_maximum=5), LARGE) as pilot:
        await until_seen(pilot, "With 1 machine at least, 5 at most.")
        assert "Azure's list prices of 4 May 2026." in seen(pilot)


async def test_each_pane_has_a_key_where_there_is_room_for_one():
    async with opened(session_with(MIXED)) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "─ 2 Checks ─")
        assert "1 Cost ─" not in seen(pilot)
        await pilot.press("3")
        await until_seen(pilot, "Plan: 11 to add")


async def test_where_there_is_room_all_panes_are_there():
    async with opened(session_with(MIXED), LARGE) as pilot:
        await until_seen(pilot, "✗ 1 failed")
        for title in ("1 Cost", "2 Checks", "3 Terraform's plan"):
            assert title in seen(pilot)


async def test_what_failed_says_what_to_do_and_what_nobody_knows_says_so():
    async with opened(session_with(MIXED)) as pilot:
        await pilot.press("2")
        await until_seen(pilot, "failed: Microsoft.ContainerService is not")
        assert "az provider register" in seen(pilot)
        assert "could not verify: Azure did not answer in time" in seen(pilot)


async def test_with_good_checks_enter_builds():
    session = session_with()
    async with opened(session) as pilot:
        await until_seen(pilot, "✓ 3 passed")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["provision"]


async def test_against_a_failed_check_it_is_built_after_a_yes_only():
    session = session_with(MIXED)
    async with opened(session) as pilot:
        await until_seen(pilot, "✗ 1 failed")
        await pilot.press("enter")
        await until_seen(pilot, "Build anyway?")
        assert "resource providers: Microsoft.ContainerService is not" in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)
        assert session.deployment.asked == []
        await pilot.press("enter")
        await until_on(pilot, Confirm)
        await pilot.press("y")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["provision"]


async def test_above_the_limit_it_is_built_after_a_yes_only():
    session = session_with(monthly_limit=10)
    async with opened(session) as pilot:
        await until_seen(pilot, "▲ above your limit")
        await until_seen(pilot, "✓ 3 passed · ✓ planned")
        await pilot.press("enter")
        await until_seen(pilot, "Spend more than your limit?")
        assert "monthly_limit is 10 USD" in " ".join(seen(pilot).replace("│", "").split())
        await pilot.press("n")
        await until_on(pilot, ReviewScreen)
        assert session.deployment.asked == []


async def test_a_failed_check_can_be_cured_and_is_made_again():
    cured: list[str] = []

    def fix_finding() -> str:
        cured.append("yes")
        return "Registered."

    def find() -> Finding:
        if cured:
            return Finding("providers", Verdict.PASSED, "all are registered")
        fix = Fix("Register Microsoft.Storage", fix_finding)
        return Finding("providers", Verdict.FAILED, "one is not registered", "Do.", fix)

    async with opened(session_with((Check("providers", find),))) as pilot:
        await until_seen(pilot, "f Fix")
        await pilot.press("f")
        await until_seen(pilot, "Register Microsoft.Storage.")
        assert cured == []
        await pilot.press("y")
        await until_seen(pilot, "✓ 1 passed")
        assert "f Fix" not in seen(pilot)


async def test_a_cure_that_fails_is_a_sentence():
    def refuse() -> str:
        raise MatchaError("you may not register it", hint="Ask the owner.")

    finding = Finding("providers", Verdict.FAILED, "no", "Do.", Fix("Register it", refuse))
    async with opened(session_with((Check("providers", lambda: finding),))) as pilot:
        await until_seen(pilot, "f Fix")
        await pilot.press("f", "y")
        await until_on(pilot, Notice)
        assert "you may not register it" in seen(pilot)


async def test_a_check_that_takes_long_shows_for_how_long_and_building_asks():
    release = threading.Event()
    session = session_with(
        (*GOOD, Check("slow", lambda: (release.wait(20), Finding("slow", Verdict.PASSED, "ok"))[1]))
    )
    try:
        async with opened(session) as pilot:
            await pilot.press("2")
            await until_seen(pilot, "asking … 0:00")
            await pilot.press("enter")
            await until_seen(pilot, "Build before the checks are done?")
            await pilot.press("n")
            release.set()
            await until_seen(pilot, "✓ 4 passed")
    finally:
        release.set()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_another_region_than_the_last_says_what_that_changes(size):
    async with opened(session_with(), size, location="northeurope") as pilot:
        await until(pilot, lambda: "4 May" in _origin(pilot))
        await until(pilot, lambda: "Against your last choice: -" in _origin(pilot))


def _origin(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#origin").render())


async def test_r_plans_and_checks_again():
    session = session_with(MIXED)
    async with opened(session) as pilot:
        await until_seen(pilot, "✗ 1 failed")
        session.deployment.checked = GOOD
        await pilot.press("r")
        await until_seen(pilot, "✓ 3 passed · ✓ planned")


async def test_going_back_loses_nothing():
    session = session_with()
    async with opened(session) as pilot:
        before = session.draft
        await pilot.press("escape")
        await until_on(pilot, SettingsScreen)
        assert session.draft == before
