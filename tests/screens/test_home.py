"""Home says what is true, and offers what can be done."""

from dataclasses import replace

import pytest

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.overview import Overview
from matcha_tui.project.history import LastRun
from matcha_tui.screens.confirm import Confirm
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.stack.stack import preset_stack
from matcha_tui.terraform.events import RunState
from tests.screens import recorded
from tests.screens.frozen import (
    HEALTH,
    NOON,
    FrozenDeployment,
    FrozenSession,
    deployed,
    make_run,
)
from tests.screens.keyboard import seen, until, until_gone, until_on, until_seen


class Faulty(FrozenDeployment):
    async def refresh(self) -> Overview:
        raise MatchaError("[the state] is damaged", hint="Restore it.")


class FaultySession(FrozenSession):
    answers = Faulty


async def test_a_component_that_is_down_is_named_and_can_be_built_again():
    session = FrozenSession(recorded.planned(), deployed())
    async with MatchaApp(session).run_test(size=(120, 40)) as pilot:
        await until_seen(pilot, "MLServer (Seldon) is not well; enter builds it again")
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)


async def test_what_is_partial_is_not_called_up():
    session = FrozenSession(recorded.planned(), replace(deployed(), is_partial=True))
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "▲ Partly built, 3 of 4 up: enter goes on, d takes it down")
        assert "Your stack is up" not in seen(pilot)
        await pilot.press("enter")
        await until_on(pilot, ReviewScreen)


async def test_a_failed_run_is_told_though_all_is_up():
    failed = LastRun("provision", RunState.FAILED, NOON, 4.0)
    session = FrozenSession(overview=deployed(last=failed))
    session.deployment.well = {
        name: replace(one, state=HealthState.HEALTHY) for name, one in HEALTH.items()
    }
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "▲ It is up, but the last provision: failed; h shows why, enter")
        assert "Your stack is up" not in seen(pilot)


async def test_a_state_that_nobody_can_go_by_is_said_with_the_way_out():
    trouble = "Terraform's state of services is damaged. `matcha state restore` puts back number 3."
    overview = replace(deployed(), is_partial=True, trouble=trouble)
    session = FrozenSession(recorded.planned(), overview)
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "▲ Terraform's state of services is damaged.")
        assert "number 3." in seen(pilot)
        assert "Your stack is up" not in seen(pilot)


async def test_a_run_under_way_is_offered_and_nothing_that_it_would_refuse():
    session = FrozenSession(overview=deployed(live=make_run("destroy")))
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "w Watch")
        assert "Destroy" not in seen(pilot).splitlines()[-1]


async def test_what_cannot_be_read_is_a_sentence_and_not_a_dialog_every_few_seconds():
    async with MatchaApp(FaultySession()).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "[the state] is damaged")
        await until_seen(pilot, "Restore it.")
        assert len(pilot.app.screen_stack) == 1


@pytest.mark.slow
async def test_a_stack_is_stopped_after_a_question_and_started_again():
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "s Stop")
        await pilot.press("s")
        await until_on(pilot, Confirm)
        await until_seen(pilot, "memory and ports")
        await pilot.press("y")
        await until_seen(pilot, "■ stopped")
        await until_seen(pilot, "s Start")
        await pilot.press("s")
        await until(pilot, lambda: session.deployment.asked == ["stop", "start"])
        await until_gone(pilot, "■ stopped")


async def test_a_change_that_is_not_applied_is_shown_and_dropped():
    pending = ("- vector_database       chroma",)
    overview = replace(
        deployed(), pending=pending, can_reset=True, going={"vector_database": "chroma"}
    )
    session = FrozenSession(overview=overview)
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Not applied yet: enter reviews it, x drops it")
        assert "- vector_database" in seen(pilot)
        await pilot.press("x")
        await until_gone(pilot, "Not applied yet")
        assert session.deployment.asked == ["reset"]


async def test_an_upgrade_is_shown_and_cannot_be_dropped():
    pending = ("^ experiment_tracker    mlflow 3.10.1 -> 3.17.2",)
    session = FrozenSession(overview=replace(deployed(), pending=pending))
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Newer versions are there: enter reviews it")
        assert "mlflow 3.10.1 -> 3.17.2" in seen(pilot)
        await pilot.press("x")
        assert "x Drop" not in seen(pilot)
        assert session.deployment.asked == []


async def test_a_deployed_stack_is_edited_in_the_checklist():
    session = FrozenSession(overview=deployed())
    async with MatchaApp(session).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "e Edit")
        await pilot.press("e")
        await until_on(pilot, ModulesScreen)
        assert not session.is_live_change
        session.draft = replace(session.draft, stack=preset_stack(session.drafted.catalog, "llm"))
        assert session.is_live_change


async def test_a_first_visit_says_what_each_target_is():
    async with MatchaApp(FrozenSession()).run_test(size=(60, 16)) as pilot:
        await until_seen(pilot, "Real servers on 127.0.0.1")
        assert "Kubernetes (AKS) in your own subscription" in seen(pilot)
        assert "Start" in seen(pilot)
