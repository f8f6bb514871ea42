"""Old runs are deleted, and what somebody may still ask for never is."""

import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from matcha_tui.system.locks import try_lock
from matcha_tui.terraform.folder import LOCK, Run, Step, create_run, is_live, list_runs, read_run
from matcha_tui.terraform.old_runs import Limits, prune_runs

MANY = Limits(runs=1000, age=timedelta(days=1000), size=10**9)


def make(folder: Path, kind: str = "provision", days: int = 0, command: Sequence[str] = ()) -> Run:
    """Make a run's folder, as old as if it had been made some days ago."""
    steps = [Step("plan", "services", tuple(command), folder)]
    run = create_run(folder, kind=kind, engine="terraform 1.11.4", steps=lambda _: steps)
    description = run.directory / "run.json"
    content = json.loads(description.read_text())
    created = datetime.fromisoformat(content["created"]) - timedelta(days=days)
    description.write_text(json.dumps(content | {"created": created.isoformat()}))
    (run.directory / "events.jsonl").write_text("x" * 1000)
    (run.directory / "plans").mkdir()
    (run.directory / "plans/services").write_text("plan")
    return read_run(run.directory)


def days_kept(folder: Path, new: Run) -> list[int]:
    return [(new.created - run.created).days for run in list_runs(folder)]


def test_the_newest_are_kept_up_to_a_number(tmp_path: Path):
    for days in range(9, 0, -1):
        make(tmp_path, days=days)
    new = make(tmp_path)
    prune_runs(new, Limits(runs=4, age=MANY.age, size=MANY.size))
    assert days_kept(tmp_path, new) == [0, 1, 2, 3]
    assert len(list(tmp_path.iterdir())) == 4, "nothing is left of the others"


def test_what_is_too_old_goes(tmp_path: Path):
    for days in (400, 91, 89, 5):
        make(tmp_path, days=days)
    new = make(tmp_path)
    prune_runs(new)
    assert days_kept(tmp_path, new) == [0, 5, 89]


def test_what_is_too_large_together_goes(tmp_path: Path):
    for days in range(9, 0, -1):
        make(tmp_path, days=days)
    new = make(tmp_path)
    prune_runs(new, Limits(runs=MANY.runs, age=MANY.age, size=5000))
    assert days_kept(tmp_path, new) == [0, 1, 2, 3]


def test_the_last_run_of_each_kind_stays_however_old(tmp_path: Path):
    for kind, days in (("destroy", 900), ("provision", 800), ("destroy", 700), ("plan", 600)):
        make(tmp_path, kind, days)
    new = make(tmp_path)
    prune_runs(new, Limits(runs=1, age=timedelta(days=1), size=1))
    assert days_kept(tmp_path, new) == [0, 600, 700, 800]


def test_a_run_under_way_stays_until_it_has_ended(tmp_path: Path):
    live = make(tmp_path, days=500)
    for days in (400, 300):
        make(tmp_path, days=days)
    lock = try_lock(live.directory / LOCK)
    assert lock is not None
    try:
        assert is_live(live)
        new = make(tmp_path)
        prune_runs(new)
        assert days_kept(tmp_path, new) == [0, 300, 500]
    finally:
        os.close(lock)
    prune_runs(new)
    assert days_kept(tmp_path, new) == [0, 300]


def test_the_plan_that_is_applied_stays(tmp_path: Path):
    reviewed = make(tmp_path, "plan", days=200)
    make(tmp_path, "plan", days=150)
    new = make(tmp_path, command=("terraform", "apply", f"{reviewed.directory}/services.plan"))
    prune_runs(new)
    assert days_kept(tmp_path, new) == [0, 150, 200]


def test_the_new_run_is_no_reason_to_forget_the_last_of_its_kind(tmp_path: Path):
    make(tmp_path, "destroy", days=200)
    new = make(tmp_path, "destroy")
    prune_runs(new)
    assert days_kept(tmp_path, new) == [0, 200]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may delete anything")
def test_what_cannot_be_deleted_is_left_for_the_next_time(tmp_path: Path):
    stubborn = make(tmp_path, days=200)
    make(tmp_path, days=100)
    new = make(tmp_path)
    (stubborn.directory / "plans").chmod(0o500)
    prune_runs(new)
    assert read_run(stubborn.directory) == stubborn
    assert not (stubborn.directory / "events.jsonl").exists()
    (stubborn.directory / "plans").chmod(0o700)
    prune_runs(new)
    assert not stubborn.directory.exists()
