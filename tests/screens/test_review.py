"""The review of a plan: what differs of each resource is read, searched, and not built by it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.notice import Notice
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.planned import SENSITIVE, AttributeChange, PlannedResource
from tests.screens import recorded
from tests.screens.frozen import FrozenSession
from tests.screens.keyboard import seen, until_on, until_seen, until_still

PLANNED = (
    PlannedResource(
        recorded.LAYER,
        recorded.service("orchestrator"),
        (AttributeChange("password", None, SENSITIVE), AttributeChange("port", None, "8237")),
    ),
)


@asynccontextmanager
async def reviewed(session: FrozenSession) -> AsyncIterator[Pilot[None]]:
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.workers.wait_for_complete()
        await app.push_screen(ReviewScreen(session))
        await app.workers.wait_for_complete()
        await until_still(pilot)
        yield pilot


async def test_a_value_is_searched_and_enter_keeps_the_search_without_building():
    session = FrozenSession(recorded.planned())
    session.deployment.attributes = PLANNED
    async with reviewed(session) as pilot:
        await pilot.press("slash", *"8237")
        await until_seen(pilot, "1 of 1 found")
        assert "+ port = 8237" in seen(pilot)
        await pilot.press("enter")
        await until_still(pilot)
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert session.deployment.asked == []
        await pilot.press("escape")
        assert "found" not in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        assert session.deployment.asked == ["provision"]


@pytest.mark.slow
async def test_a_plan_that_cannot_be_read_again_can_be_built_all_the_same():
    session = FrozenSession(recorded.planned())

    async def refuse(run: Run) -> tuple[PlannedResource, ...]:
        raise MatchaError("the plan of services cannot be read")

    session.deployment.planned = refuse  # type: ignore[method-assign]
    async with reviewed(session) as pilot:
        assert isinstance(pilot.app.screen, Notice)
        await pilot.press("escape")
        await pilot.press("p")
        await until_on(pilot, MonitorScreen)
