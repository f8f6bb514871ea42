"""A run goes its way, whoever looks on; real Terraform, real processes."""

import asyncio
import fcntl
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.terraform.command import output_command
from matcha_tui.terraform.events import (
    Diagnostic,
    LogMessage,
    PlainLine,
    ProvisionOutput,
    RunFinished,
    RunState,
)
from matcha_tui.terraform.folder import Step, is_live, read_result
from matcha_tui.terraform.following import follow, read_progress
from matcha_tui.terraform.launch import start_run
from matcha_tui.terraform.progress import PlanCounts, ResourceState, StepState
from tests.terraform.conftest import Workbench, collect, outcome
from tests.waiting import wait_for

FOLLOWER = """
import asyncio, sys
from pathlib import Path
from matcha_tui.terraform.folder import read_run
from matcha_tui.terraform.following import follow

async def main():
    async for batch in follow(read_run(Path(sys.argv[1]))):
        print(len(batch), flush=True)

asyncio.run(main())
"""


async def test_a_run_is_followed_to_its_good_end(bench: Workbench) -> None:
    bench.configure("echo hello", "echo world")
    run = bench.start()
    assert is_live(run)
    progress = await outcome(run)
    assert progress.state is RunState.DONE
    assert [step.state for step in progress.steps] == [StepState.DONE] * 3
    assert progress.planned == progress.done == PlanCounts(add=2)
    assert {row.state for row in progress.resources.values()} == {ResourceState.DONE}
    assert progress.resources["services", "terraform_data.a0"].last_output == "hello"
    assert not is_live(run)
    assert read_progress(run) == progress
    result = read_result(run)
    assert result is not None
    assert (result.state, result.exit_code) == (RunState.DONE, 0)


async def test_everything_of_a_run_is_private(bench: Workbench) -> None:
    bench.configure("true")
    run = bench.start()
    await collect(run)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in run.directory.iterdir()}
    expected = {"events.jsonl", "live.lock", "plan", "processes.json", "result.json", "run.json"}
    assert modes == dict.fromkeys(expected, 0o600)


async def test_a_failing_apply_is_failed_with_its_first_error(bench: Workbench) -> None:
    bench.configure("echo 'matcha: mlflow: port 5000 is taken' >&2; exit 3")
    run = bench.start(lambda directory: [*bench.applying(directory), bench.step("touch", "never")])
    progress = await outcome(run)
    assert progress.state is RunState.FAILED
    assert progress.first_error == "mlflow: port 5000 is taken"
    assert progress.resources["services", "terraform_data.a0"].state is ResourceState.FAILED
    assert progress.steps[-1].state is StepState.SKIPPED
    assert not (bench.root / "never").exists()
    result = read_result(run)
    assert result is not None
    assert (result.state, result.exit_code) == (RunState.FAILED, 1)


async def test_a_faulty_configuration_fails_the_first_step(bench: Workbench) -> None:
    bench.configure(rest='resource "terraform_data" {}\n')
    progress = await outcome(bench.start())
    assert progress.state is RunState.FAILED
    assert "Missing name for resource" in (progress.first_error or "")
    assert progress.planned is None


async def test_a_failing_plan_is_not_nothing_to_change(bench: Workbench) -> None:
    bench.configure(rest='output "x" {\n  value = file("/nonexistent/file")\n}\n')
    progress = await outcome(bench.start())
    assert progress.state is RunState.FAILED
    assert progress.planned is None
    assert progress.errors


async def test_a_program_that_is_not_there_fails_its_step(bench: Workbench) -> None:
    progress = await outcome(bench.start(lambda _: [bench.step("/nonexistent/program")]))
    assert progress.state is RunState.FAILED
    assert progress.first_error == "cannot run /nonexistent/program: No such file or directory"


async def test_a_run_happens_once(bench: Workbench) -> None:
    run = bench.start(lambda _: [bench.step("true")])
    await collect(run)
    with pytest.raises(MatchaError, match="was started before") as raised:
        start_run(run, environment=dict(os.environ))
    assert raised.value.exit_code is ExitCode.REFUSED


async def test_secrets_go_to_their_file_and_nowhere_else(bench: Workbench) -> None:
    bench.configure(rest='output "s" {\n  value = "hunter2"\n  sensitive = true\n}\n')
    target = bench.root / "secrets.json"

    def steps(directory: Path) -> list[Step]:
        command = output_command(bench.engine, "s")
        recorded = Step("record", "services", command, bench.root, output=target)
        return [*bench.applying(directory), recorded]

    run = bench.start(steps)
    assert (await outcome(run)).state is RunState.DONE
    assert target.read_text() == '"hunter2"\n'
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    (run.directory / "plan").unlink()
    for path in run.directory.iterdir():
        assert b"hunter2" not in path.read_bytes()


async def test_a_failing_program_leaves_the_old_output_alone(bench: Workbench) -> None:
    target = bench.root / "output"
    target.write_text("old")
    failing = bench.step("sh", "-c", "echo new; exit 1", output=target)
    progress = await outcome(bench.start(lambda _: [failing]))
    assert progress.state is RunState.FAILED
    assert target.read_text() == "old"
    assert list(bench.root.iterdir()) == [target]


async def test_an_output_that_cannot_be_written_is_said(bench: Workbench) -> None:
    target = bench.root / "missing" / "output"
    progress = await outcome(bench.start(lambda _: [bench.step("true", output=target)]))
    assert progress.state is RunState.FAILED
    assert (progress.first_error or "").startswith(f"cannot write {target}")


async def test_the_environment_reaches_local_exec(bench: Workbench) -> None:
    bench.configure('echo "$MATCHA_PYTHON"; test ! -t 0')
    run = bench.start(extra={"MATCHA_PYTHON": "/the/python"})
    progress = await outcome(run)
    assert progress.state is RunState.DONE
    assert progress.resources["services", "terraform_data.a0"].last_output == "/the/python"
    assert "/the/python" not in (run.directory / "run.json").read_text()


async def test_a_killed_face_leaves_the_apply_running(bench: Workbench) -> None:
    bench.configure("seq 1000; while ! [ -e go ]; do sleep 0.02; done; seq 1001 2000")
    run = bench.start()
    face = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOLLOWER, str(run.directory), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert face.stdout is not None
        assert await face.stdout.readline()
    finally:
        face.kill()
        await face.wait()
    assert is_live(run)
    following = asyncio.create_task(collect(run))
    (bench.root / "go").touch()
    events = await following
    numbers = [event.output for event in events if isinstance(event, ProvisionOutput)]
    assert numbers[1:] == [str(number) for number in range(1, 2001)]
    assert isinstance(events[-1], RunFinished)
    assert read_progress(run).state is RunState.DONE


async def test_a_killed_worker_hurts_no_apply_but_nobody_knows_its_end(bench: Workbench) -> None:
    bench.configure("echo begun; while ! [ -e go ]; do sleep 0.02; done; echo ended")
    run = bench.start()
    wait_for(lambda: b'"output":"begun"' in (run.directory / "events.jsonl").read_bytes())
    os.kill(bench.workers[0], signal.SIGKILL)
    following = asyncio.create_task(collect(run))
    assert is_live(run)
    (bench.root / "go").touch()
    events = await following
    assert "ended" in [event.output for event in events if isinstance(event, ProvisionOutput)]
    assert not is_live(run)
    assert read_result(run) is None
    progress = read_progress(run)
    assert progress.state is RunState.LOST
    assert "the outcome is unknown" in (progress.first_error or "")
    assert "terraform_data" in (bench.root / "terraform.tfstate").read_text()


async def test_a_worker_that_breaks_at_once_is_a_lost_run_with_its_words(bench: Workbench) -> None:
    run = bench.create(lambda _: [bench.step("true")])
    (run.directory / "run.json").write_text("{}")
    bench.workers.append(start_run(run, environment=dict(os.environ)))
    events = await collect(run)
    assert any(isinstance(event, PlainLine) and "describe a run" in event.text for event in events)
    assert read_progress(run).state is RunState.LOST


async def test_a_closed_terminal_ends_nothing(bench: Workbench) -> None:
    bench.configure("echo begun; while ! [ -e go ]; do sleep 0.02; done")
    run = bench.start()
    wait_for(lambda: b'"output":"begun"' in (run.directory / "events.jsonl").read_bytes())
    bench.signal_session(signal.SIGHUP)
    (bench.root / "go").touch()
    assert (await outcome(run)).state is RunState.DONE


async def test_the_callers_lock_is_held_until_the_run_has_ended(bench: Workbench) -> None:
    path = bench.root / "lock"
    held = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    stray = "(while ! [ -e stop ]; do sleep 0.02; done) </dev/null >/dev/null 2>&1 &"
    waiting = bench.step("sh", "-c", f"{stray} while ! [ -e go ]; do sleep 0.02; done")
    run = bench.start(lambda _: [waiting], keep_open=(held,))
    os.close(held)
    probe = os.open(path, os.O_RDWR)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (bench.root / "go").touch()
        await collect(run)
        fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        (bench.root / "stop").touch()
        os.close(probe)
    assert not is_live(run)


async def test_a_flood_is_followed_without_loss(bench: Workbench) -> None:
    bench.configure("seq 20000")
    run = bench.start()
    events = await collect(run)
    numbers = [event.output for event in events if isinstance(event, ProvisionOutput)]
    assert numbers[1:] == [str(number) for number in range(1, 20_001)]


async def test_a_full_stream_is_read_in_batches(bench: Workbench) -> None:
    run = bench.start(lambda _: [bench.step("seq", "100000")])
    await collect(run)
    count = 0
    async for batch in follow(run):
        assert 0 < len(batch) <= 2_000
        count += sum(isinstance(event, PlainLine) for event in batch)
    assert count == 100_000


async def test_long_lines_are_read_whole_and_endless_ones_cut(bench: Workbench) -> None:
    program = (
        "import json, sys\n"
        "long = {'severity': 'error', 'summary': 's', 'detail': 'x' * 2**20}\n"
        "print(json.dumps({'type': 'diagnostic', '@message': 'm', 'diagnostic': long}))\n"
        "print('y' * (17 * 2**20))\n"
        "print('after')\n"
        "print('unfinished', end='')"
    )
    run = bench.start(lambda _: [bench.step(sys.executable, "-c", program)])
    events = await collect(run)
    (diagnostic,) = [event for event in events if isinstance(event, Diagnostic)]
    assert len(diagnostic.detail) == 2**20
    lines = [event.text for event in events if isinstance(event, PlainLine)]
    assert len(lines[0]) == 16 * 2**20
    assert lines[1:] == ["after", "unfinished"]
    assert read_progress(run).state is RunState.DONE


async def test_escape_sequences_reach_nobody(bench: Workbench) -> None:
    bench.configure("printf '\\033]0;title\\007\\033[31mred\\033[0m\\n'")
    events = await collect(bench.start())
    assert "red" in [event.output for event in events if isinstance(event, ProvisionOutput)]
    assert not any("\x1b" in repr(event) or "\\x1b" in repr(event) for event in events)


async def test_a_missing_cli_configuration_is_only_a_warning(bench: Workbench) -> None:
    bench.configure("true")
    run = bench.start(extra={"TF_CLI_CONFIG_FILE": "/nonexistent/terraformrc"})
    events = await collect(run)
    assert any(isinstance(event, PlainLine) and "/nonexistent" in event.text for event in events)
    assert any(isinstance(event, LogMessage) for event in events)
    progress = read_progress(run)
    assert (progress.state, progress.first_error) == (RunState.DONE, None)
