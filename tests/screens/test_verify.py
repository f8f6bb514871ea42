"""What is deployed is proven, and started at login, by keyboard."""

from dataclasses import replace

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.verify import VerifyScreen
from matcha_tui.targets.drift import Deviation
from matcha_tui.targets.findings import Check, Finding, Verdict
from tests.screens.frozen import FrozenSession, deployed
from tests.screens.keyboard import seen, until, until_gone, until_on, until_seen

PASSED = Finding("mlflow", Verdict.PASSED, "a run was logged and read back (3.1 s)")


async def test_every_component_is_tried_and_tried_again():
    session = FrozenSession(overview=deployed())
    answers = [replace(PASSED, verdict=Verdict.FAILED, text="no answer"), PASSED]
    session.deployment.proven = (Check("mlflow", lambda: answers.pop(0)),)
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "v Verify")
        await pilot.press("v")
        await until_on(pilot, VerifyScreen)
        await until_seen(pilot, "✗ Does not work: mlflow")
        await pilot.press("v")
        await until_seen(pilot, "✓ Every component does its work")
        assert "read back (3.1 s)" in seen(pilot)
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)


async def test_packages_that_cannot_be_installed_are_a_dialog():
    async with MatchaApp(FrozenSession(overview=deployed())).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "v Verify")
        await pilot.press("v")
        await until_seen(pilot, "the packages cannot be installed")
        await pilot.press("enter")
        await until_on(pilot, VerifyScreen)
        assert "✗ Nothing was tried" in seen(pilot)


@pytest.mark.slow
async def test_what_somebody_has_changed_is_seen_at_home_and_asked_for():
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "v Verify")
        assert "Not as it was deployed" not in seen(pilot)
        await pilot.press("c")
        await until_seen(pilot, "Everything is as it was deployed.")
        await pilot.press("enter")
        session.deployment.deviating = (Deviation("mlflow", "service.json was edited", "by ada"),)
        await until_seen(pilot, "Not as it was deployed:")
        assert "mlflow: service.json was edited (by ada)" in seen(pilot)
        await pilot.press("c")
        await until_seen(pilot, "`matcha provision` puts it right.")
        assert session.deployment.asked == ["compare", "compare"]


async def test_a_stack_is_started_at_login_and_no_longer_after_a_question():
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "v Verify")
        for question, enabled in (("Start it at each login?", True), ("no longer?", False)):
            await pilot.press("a")
            await until_on(pilot, Confirm)
            await until_seen(pilot, question)
            await pilot.press("y")
            await until(pilot, lambda: session.deployment.asked[-1:] == [f"autostart {enabled}"])  # noqa: B023
            await until_gone(pilot, question)
