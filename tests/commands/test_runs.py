"""Runs that are followed, left, cancelled and refused: two processes and real Terraform."""

import fcntl
import getpass
import json
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import DVC_ONLY, Matcha
from tests.commands.held import HeldProject
from tests.commands.in_process import MatchaHere
from tests.faults.report import Fault, error_of
from tests.waiting import wait_for


@pytest.fixture
def held(matcha: Matcha, tmp_path: Path) -> Iterator[HeldProject]:
    """A project whose provision stops in the middle, until it is let go."""
    project = HeldProject.make(matcha, tmp_path)
    yield project
    project.clean_up()


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.slow
def test_an_interrupt_cancels_in_order_and_a_retry_goes_on(held: HeldProject):
    process = held.begin("provision", "--yes", "--output", "json")
    held.wait_until_held()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "matcha: stopping in order" in stderr
    assert "matcha: The provision was cancelled; what was finished is kept" in stderr
    assert held.saved_resources() == {"supervisor": None, "storage": "tainted"}
    told = objects(stdout)
    assert [item["kind"] for item in told if item["kind"] in ("started", "result")] == [
        "started",
        "result",
    ]
    result = told[-1]
    assert (result["state"], result["exit_code"]) == ("cancelled", 130)
    assert result["counts"]["done"]["add"] == 1
    held.let_go()
    assert held.matcha("provision", "--yes").returncode == 0


@pytest.mark.fault("Two at once", "two provisions at once")
def test_a_second_provision_is_refused_naming_who_and_since_when(held: HeldProject, fault: Fault):
    first = held.begin("provision", "--yes")
    held.wait_until_held()
    owner = held.lock_owner()
    second = held.matcha("provision", "--yes")
    as_json = held.matcha("destroy", "--yes", "--output", "json")
    unlock = held.matcha("force-unlock")
    held.let_go()
    assert first.communicate(timeout=60)
    assert first.returncode == 0

    assert second.returncode == as_json.returncode == unlock.returncode == 3
    who = f"{getpass.getuser()} on {socket.gethostname()} (pid {owner['pid']})"
    for said in (second.stderr, unlock.stderr):
        assert f"{who} has been running provision since {owner['since']}" in said
    assert "matcha cancel" in unlock.stderr
    (result,) = objects(as_json.stdout)
    assert (result["kind"], result["state"], result["exit_code"]) == ("result", "not_started", 3)
    assert who in result["error"]["message"]
    fault.report(error_of(second.stderr), "`matcha logs --follow`, or `matcha cancel`")


def test_a_detached_run_is_listed_followed_and_ends_by_itself(held: HeldProject):
    started = held.matcha("provision", "--yes", "--detach")
    assert started.returncode == 0
    run_id = started.stdout.strip()
    assert f"matcha logs {run_id} --follow" in started.stderr
    held.wait_until_held()

    (listed,) = json.loads(held.matcha("runs", "--output", "json").stdout)["runs"]
    assert (listed["id"], listed["state"], listed["live"]) == (run_id, "running", True)
    so_far = held.matcha("logs")
    assert so_far.returncode == 0
    assert "services: apply" in so_far.stdout
    assert "Done" not in so_far.stdout

    follower = held.begin("logs", run_id[:-3], "--follow")
    watcher = held.begin("logs", "--follow")
    assert watcher.stdout is not None
    while "services: apply" not in watcher.stdout.readline():
        pass
    watcher.send_signal(signal.SIGINT)
    _, said = watcher.communicate(timeout=60)
    assert (watcher.returncode, "The provision goes on" in said) == (130, True)
    held.let_go()
    stdout, _ = follower.communicate(timeout=60)
    assert follower.returncode == 0
    assert stdout.splitlines()[-1] == "Done"
    assert held.matcha("logs").stdout == stdout, "later it reads the same"
    row = held.matcha("runs").stdout.split()
    assert row[:4] == [run_id, "provision", "custom", "done"]

    destroyed = held.matcha("destroy", "--yes", "--detach", "--output", "json")
    first, last = objects(destroyed.stdout)
    assert (first["kind"], last["kind"], last["state"]) == ("started", "result", "running")
    assert held.matcha("logs", "--follow").returncode == 0
    assert held.matcha("status").returncode == 3


def test_a_live_run_is_cancelled_from_elsewhere(held: HeldProject):
    run_id = held.matcha("provision", "--yes", "--detach").stdout.strip()
    held.wait_until_held()
    cancelled = held.matcha("cancel")
    assert (cancelled.returncode, cancelled.stdout.strip()) == (0, run_id)
    followed = held.matcha("logs", "--follow")
    assert followed.returncode == 130
    assert "Cancelled" in followed.stdout
    assert held.matcha("cancel").returncode == 3


@pytest.mark.slow
def test_a_live_run_is_forced_but_never_without_a_yes(held: HeldProject):
    held.matcha("provision", "--yes", "--detach")
    held.wait_until_held()
    refused = held.matcha("cancel", "--force")
    assert refused.returncode == 2
    assert "matcha cancel --force --yes" in refused.stderr
    assert b"cancel_requested" not in held.events()
    assert held.matcha("cancel", "--force", "--yes").returncode == 0
    assert held.matcha("logs", "--follow").returncode == 130


def test_a_run_whose_watcher_was_killed_is_lost(held: HeldProject):
    held.matcha("provision", "--yes", "--detach")
    held.wait_until_held()
    worker = int(str(held.lock_owner()["pid"]))
    for process in sorted(held.matcha.processes(), key=lambda found: found.pid != worker):
        process.kill()
    wait_for(lambda: " lost " in held.matcha("runs").stdout)
    followed = held.matcha("logs", "--follow")
    assert followed.returncode == 1
    assert "without a record" in followed.stderr


@pytest.mark.fault("Two at once", "the lock has the name of another host")
def test_a_lock_is_freed_by_force_only_when_its_holder_is_dead(matcha: Matcha, fault: Fault):
    (matcha.folder / ".matcha").mkdir()
    lock = matcha.folder / ".matcha/lock"
    owner = {"operation": "provision", "user": "me", "since": "2026-11-23T10:00:00+00:00"}
    with lock.open("w") as file, subprocess.Popen(["true"]) as dead:
        dead.wait()
        fcntl.flock(file, fcntl.LOCK_EX)
        elsewhere = owner | {"host": "elsewhere", "pid": dead.pid}
        lock.write_text(json.dumps(elsewhere))
        refused = matcha("force-unlock")
        assert (refused.returncode, lock.exists()) == (3, True), "nobody here can tell"
        lock.write_text(json.dumps(elsewhere | {"host": socket.gethostname()}))
        freed = matcha("force-unlock")
        assert (freed.returncode, lock.exists()) == (0, False)
        assert f"(pid {dead.pid})" in freed.stderr
    fault.report(error_of(refused.stderr), "`matcha force-unlock`, on that host")


@pytest.mark.parametrize(
    ("line", "exit_code", "said"),
    [
        ("runs", 0, "Nothing was run in this folder yet"),
        ("runs --output json", 0, '"runs": []'),
        ("logs", 3, "nothing was run in this folder yet"),
        ("cancel", 3, "nothing is under way in this folder"),
        ("force-unlock", 0, "The project is not locked"),
        ("provision --detach", 2, "matcha provision --detach --yes"),
        ("provision --output json", 2, "matcha provision --output json --yes"),
        ("destroy --detach", 2, "matcha destroy --detach --yes"),
        ("destroy --yes --output json", 3, "nothing is deployed"),
        ("status --watch", 3, "nothing is deployed"),
    ],
)
def test_in_an_empty_folder(matcha_here: MatchaHere, line: str, exit_code: int, said: str):
    answer = matcha_here(*line.split())
    assert answer.returncode == exit_code
    assert said in answer.stdout + answer.stderr
    assert list(matcha_here.folder.iterdir()) == []


def test_an_unknown_run_is_answered_with_a_guess(matcha_here: MatchaHere):
    for name in ("20261123T100000-provision", "20261123T110000-plan"):
        folder = matcha_here.folder / ".matcha/runs" / name
        folder.mkdir(parents=True)
        description: dict[str, Any] = {
            "kind": name.partition("-")[2],
            "engine": "terraform 1.11.4 (/usr/bin/terraform)",
            "created": "2026-11-23T10:00:00+00:00",
            "expected_seconds": None,
            "details": {"stack": "llm"},
            "steps": [],
        }
        (folder / "run.json").write_text(json.dumps(description))
    unknown = matcha_here("logs", "20261123T100000-provisoin")
    assert unknown.returncode == 2
    assert "Did you mean '20261123T100000-provision'?" in unknown.stderr
    ambiguous = matcha_here("logs", "2026")
    assert ambiguous.returncode == 2
    assert "how 2 runs begin" in ambiguous.stderr
    assert matcha_here("logs", "20261123T11").returncode == 0
    assert re.search(r"provision llm +lost ", matcha_here("runs").stdout)


@pytest.mark.slow
def test_a_new_run_deletes_what_is_too_old(matcha: Matcha):
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    assert matcha("plan").returncode == 0
    (first,) = (matcha.folder / ".matcha/runs").iterdir()
    for name in ("older", "oldest"):
        shutil.copytree(first, first.parent / name)
        description = first.parent / name / "run.json"
        content = json.loads(description.read_text())
        content["created"] = f"{2020 - len(name)}-01-01T00:00:00+00:00"
        description.write_text(json.dumps(content))
    assert matcha("plan").returncode == 0
    second, earlier = json.loads(matcha("runs", "--output", "json").stdout)["runs"]
    assert earlier["id"] == first.name
    assert {run.name for run in first.parent.iterdir()} == {first.name, second["id"]}
