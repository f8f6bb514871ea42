"""A run's folder is private, whole, and found again."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import (
    Run,
    Step,
    create_run,
    is_live,
    list_runs,
    read_result,
    read_run,
)
from matcha_tui.terraform.following import read_progress


def make(directory: Path, kind: str = "provision") -> Run:
    return create_run(
        directory,
        kind=kind,
        engine="terraform 1.11.4",
        steps=lambda run: [
            Step("plan", "services", ("plan", f"-out={run}/plan"), run, output=run / "out")
        ],
        expected_seconds=12.5,
        details={"stack": "default"},
    )


def test_a_run_is_read_as_it_was_made(tmp_path: Path) -> None:
    run = make(tmp_path / "runs")
    assert read_run(run.directory) == run
    assert run.id.endswith("-provision")
    assert run.steps[0].command == ("plan", f"-out={run.directory}/plan")


def test_only_its_owner_can_look_into_it(tmp_path: Path) -> None:
    run = make(tmp_path / "runs")
    assert stat.S_IMODE(run.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((run.directory / "run.json").stat().st_mode) == 0o600


def test_runs_of_the_same_second_are_two_and_listed_newest_first(tmp_path: Path) -> None:
    made = [make(tmp_path, kind) for kind in ("provision", "provision", "destroy", "plan")]
    assert len({run.id for run in made}) == 4
    assert list_runs(tmp_path) == tuple(reversed(made))


def test_a_moved_project_finds_its_runs(tmp_path: Path) -> None:
    make(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    assert [run.directory.parent for run in list_runs(tmp_path / "new")] == [tmp_path / "new"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"kind": 1, "steps": 3}', "\udcff\x00"]
)
def test_a_damaged_run_is_left_out_of_the_list(tmp_path: Path, content: str) -> None:
    whole, damaged = make(tmp_path), make(tmp_path)
    (damaged.directory / "run.json").write_bytes(content.encode(errors="surrogateescape"))
    assert list_runs(tmp_path) == (whole,)
    with pytest.raises(MatchaError, match="does not describe a run"):
        read_run(damaged.directory)


def test_there_may_be_no_runs(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == ()


def test_a_run_that_nobody_started_waits(tmp_path: Path) -> None:
    run = make(tmp_path)
    assert not is_live(run)
    assert read_result(run) is None
    assert read_progress(run).state is RunState.WAITING


def test_a_damaged_result_is_no_result(tmp_path: Path) -> None:
    run = make(tmp_path)
    (run.directory / "result.json").write_text('{"state": "done"')
    assert read_result(run) is None


def test_looking_at_runs_and_starting_one_costs_no_event_loop() -> None:
    code = (
        "import sys, matcha_tui.terraform.folder, matcha_tui.terraform.launch;"
        "sys.exit(bool({'asyncio', 'psutil', 'python_terraform'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
