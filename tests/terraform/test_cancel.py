"""A cancelled run ends in order; a forced one at once."""

import asyncio
import json
import os
import signal

import psutil
import pytest

from matcha_tui.terraform.cancel import force_cancel, request_cancel
from matcha_tui.terraform.events import CancelRequested, RunState
from matcha_tui.terraform.folder import Run, is_live, read_result
from matcha_tui.terraform.following import read_progress
from matcha_tui.terraform.progress import StepState
from tests.terraform.conftest import Workbench, collect, outcome
from tests.waiting import wait_for

# A program that a shell has started, as pip or uv would be: the shell's death doesn't end it.
SLOW = "echo begun\nsleep 987\ntrue"
# A program that an interrupt does not end, but a file `stop` does.
DEAF = """
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: print("INT", flush=True))
print("begun", flush=True)
while not os.path.exists("stop"):
    time.sleep(0.02)
"""


def has_begun(run: Run, word: bytes = b'"output":"begun"') -> bool:
    return word in (run.directory / "events.jsonl").read_bytes()


async def test_a_cancel_ends_terraform_in_order(bench: Workbench) -> None:
    bench.configure(SLOW, "true")
    run = bench.start(lambda directory: [*bench.applying(directory), bench.step("touch", "never")])
    wait_for(lambda: has_begun(run) and bench.program_runs("987"))
    assert request_cancel(run)
    progress = await outcome(run)
    assert progress.state is RunState.CANCELLED
    assert progress.first_error is None
    assert progress.steps[-1].state is StepState.SKIPPED
    result = read_result(run)
    assert result is not None
    assert (result.state, result.exit_code) == (RunState.CANCELLED, 1)
    assert not (bench.root / "never").exists()


async def test_after_a_cancel_the_state_is_saved_and_nothing_is_left(bench: Workbench) -> None:
    bench.configure(SLOW, "true")
    run = bench.start()
    wait_for(lambda: has_begun(run) and bench.program_runs("987"))
    request_cancel(run)
    await collect(run)
    state = json.loads((bench.root / "terraform.tfstate").read_text())
    assert {resource["name"] for resource in state["resources"]} == {"a0", "a1"}
    wait_for(lambda: not bench.session())


async def test_asking_twice_is_asking_once(bench: Workbench) -> None:
    run = bench.start(lambda _: [bench.step("python3", "-c", DEAF)])
    wait_for(lambda: has_begun(run, b"begun"))
    assert request_cancel(run)
    assert not request_cancel(run)
    wait_for(lambda: has_begun(run, b"INT\n"))
    (bench.root / "stop").touch()
    events = await collect(run)
    assert [event.forced for event in events if isinstance(event, CancelRequested)] == [False]
    assert (run.directory / "events.jsonl").read_text().count("INT\n") == 1
    assert read_progress(run).state is RunState.DONE, "it came too late to change anything"


async def test_forcing_is_the_second_interrupt_and_there_is_no_third(bench: Workbench) -> None:
    run = bench.start(lambda _: [bench.step("python3", "-c", DEAF)])
    wait_for(lambda: has_begun(run, b"begun"))
    assert not force_cancel(run), "a first cancel is never a forced one"
    wait_for(lambda: has_begun(run, b"INT\n"))
    assert force_cancel(run)
    assert not force_cancel(run)
    wait_for(lambda: (run.directory / "events.jsonl").read_text().count("INT\n") == 2)
    (bench.root / "stop").touch()
    events = await collect(run)
    assert [e.forced for e in events if isinstance(e, CancelRequested)] == [False, True]
    assert (run.directory / "events.jsonl").read_text().count("INT\n") == 2


async def test_no_step_starts_after_a_cancel(bench: Workbench) -> None:
    run = bench.create(lambda _: [bench.step("touch", "one"), bench.step("touch", "two")])
    request_cancel(run)
    bench.start_made(run)
    progress = await outcome(run)
    assert progress.state is RunState.CANCELLED
    assert [step.state for step in progress.steps] == [StepState.SKIPPED] * 2
    assert not list(bench.root.iterdir())
    result = read_result(run)
    assert result is not None
    assert result.exit_code == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_to_the_worker_is_a_cancel(bench: Workbench, number: signal.Signals) -> None:
    bench.configure(SLOW)
    run = bench.start()
    wait_for(lambda: has_begun(run) and bench.program_runs("987"))
    os.kill(bench.workers[0], number)
    assert (await outcome(run)).state is RunState.CANCELLED


async def test_an_orphaned_terraform_is_cancelled_directly(bench: Workbench) -> None:
    bench.configure(SLOW)
    run = bench.start()
    wait_for(lambda: has_begun(run) and bench.program_runs("987"))
    os.kill(bench.workers[0], signal.SIGKILL)
    await asyncio.to_thread(wait_for, lambda: not psutil.pid_exists(bench.workers[0]))
    following = asyncio.create_task(collect(run))
    assert request_cancel(run)
    assert not request_cancel(run)
    state = bench.root / "terraform.tfstate"
    await asyncio.to_thread(wait_for, lambda: state.exists() and "tainted" in state.read_text())
    # The shell's own program is what is left; whoever forces the cancel ends it, too.
    await asyncio.to_thread(wait_for, lambda: not bench.program_runs("apply"))

    def ends_when_forced() -> bool:
        force_cancel(run)
        return not is_live(run)

    await asyncio.to_thread(wait_for, ends_when_forced)
    await following
    assert read_progress(run).state is RunState.LOST
    wait_for(lambda: not bench.session())


def test_cancelling_what_has_ended_harms_nobody(bench: Workbench) -> None:
    run = bench.start(lambda _: [bench.step("true")])
    asyncio.run(collect(run))
    request_cancel(run)
    force_cancel(run)
    assert read_progress(run).state is RunState.DONE
