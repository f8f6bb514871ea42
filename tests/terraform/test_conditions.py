"""Steps that are carried out on a condition: after a failure, or always."""

from dataclasses import replace

import pytest

from matcha_tui.terraform.cancel import request_cancel
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import Step, When, read_run
from matcha_tui.terraform.progress import StepState
from tests.terraform.conftest import Workbench, outcome
from tests.waiting import wait_for

DONE, FAILED, SKIPPED = StepState.DONE, StepState.FAILED, StepState.SKIPPED


def steps(bench: Workbench, *wanted: tuple[str, When]) -> list[Step]:
    return [
        replace(bench.step("sh", "-c", program), name=f"step {number}", when=when)
        for number, (program, when) in enumerate(wanted)
    ]


@pytest.mark.parametrize(
    ("first", "fix", "states", "state"),
    [
        ("true", "true", [DONE, SKIPPED, DONE, DONE], RunState.DONE),
        ("exit 3", "true", [FAILED, DONE, DONE, DONE], RunState.DONE),
        ("exit 3", "exit 4", [FAILED, FAILED, SKIPPED, DONE], RunState.FAILED),
    ],
)
async def test_a_remedy_makes_good_for_a_failure(
    bench: Workbench, first: str, fix: str, states: list[StepState], state: RunState
) -> None:
    wanted = [
        ("true", When.ALL_WELL),
        (first, When.ALL_WELL),
        (fix, When.AFTER_FAILURE),
        ("true", When.ALL_WELL),
        ("true", When.ALWAYS),
    ]
    run = bench.start(lambda _: steps(bench, *wanted))
    progress = await outcome(run)
    assert [step.state for step in progress.steps[1:]] == states
    assert progress.state is state
    assert read_run(run.directory) == run


async def test_what_is_always_done_hides_no_failure(bench: Workbench) -> None:
    wanted = [("true", When.ALL_WELL), ("exit 3", When.ALL_WELL), ("true", When.ALWAYS)]
    progress = await outcome(bench.start(lambda _: steps(bench, *wanted)))
    assert (progress.state, progress.exit_code) == (RunState.FAILED, 3)
    assert progress.steps[-1].state is DONE


async def test_in_a_layer_that_was_never_reached_nothing_is_always_done(bench: Workbench) -> None:
    wanted = [("exit 3", When.ALL_WELL), ("true", When.ALWAYS)]
    progress = await outcome(bench.start(lambda _: steps(bench, *wanted)))
    assert (progress.state, progress.exit_code) == (RunState.FAILED, 3)
    assert progress.steps[-1].state is SKIPPED


async def test_a_failure_of_what_is_always_done_counts(bench: Workbench) -> None:
    wanted = [("true", When.ALL_WELL), ("exit 5", When.ALWAYS)]
    progress = await outcome(bench.start(lambda _: steps(bench, *wanted)))
    assert (progress.state, progress.exit_code) == (RunState.FAILED, 5)


async def test_after_a_cancel_nothing_is_remedied_but_what_always_comes_is_done(
    bench: Workbench,
) -> None:
    wanted = [
        ("true", When.ALL_WELL),
        ("echo begun; exec sleep 987", When.ALL_WELL),
        ("touch remedied", When.AFTER_FAILURE),
        ("touch kept", When.ALWAYS),
    ]
    run = bench.start(lambda _: steps(bench, *wanted))
    wait_for(lambda: b"begun" in (run.directory / "events.jsonl").read_bytes())
    assert request_cancel(run)
    progress = await outcome(run)
    assert progress.state is RunState.CANCELLED
    assert (bench.root / "kept").exists()
    assert not (bench.root / "remedied").exists()
