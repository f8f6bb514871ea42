"""What a user's shell and machine may have set otherwise: variables, modes, clocks, files."""

import json
import os
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode
from tests.command_line import SCRIPTS, Matcha
from tests.commands.held import HeldProject
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import ONE, PACKED, recorded, require_known, require_up, stack_text
from tests.services.tiny_index import run_index
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

GROUP = "Variables, times and edited files"
INDEX = "The package index"


def with_variables(matcha: Matcha, **variables: str) -> Matcha:
    return Matcha(matcha.folder, matcha.environment | variables)


@pytest.mark.fault(
    GROUP,
    "`TF_CLI_ARGS`, `TF_CLI_ARGS_plan`, `TF_DATA_DIR`, `TF_WORKSPACE`, `TF_LOG`, an active virtual "
    "environment and `umask 000`",
)
def test_variables_that_would_break_a_run(small: Matcha, tmp_path: Path, fault: Fault):
    odd = {
        "TF_CLI_ARGS": "-no-such-option",
        "TF_CLI_ARGS_plan": "-out=/nowhere",
        "TF_DATA_DIR": str(tmp_path / "data"),
        "TF_WORKSPACE": "other",
        "TF_LOG": "trace",
        "VIRTUAL_ENV": "/nowhere",
        "PYTHONPYCACHEPREFIX": "",
    }
    matcha = with_variables(small, **odd)
    script = 'umask 000; exec "$0" provision --yes'
    provision = subprocess.run(
        ["sh", "-c", script, str(SCRIPTS / "matcha")],
        cwd=matcha.folder,
        env=matcha.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert provision.returncode == 0, provision.stderr
    require_up(matcha)
    assert not (tmp_path / "data").exists()
    private = [
        path
        for path in (matcha.folder / ".matcha").rglob("*")
        if path.is_file() and not {"environment", "modules"} & {*path.parts}
    ]
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    assert (matcha.folder / ".matcha").stat().st_mode & 0o077 == 0
    destroy = with_variables(small)("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    fault.report("", "none: they are left out of what Terraform and the services are given")


@pytest.mark.fault(GROUP, "`TF_PLUGIN_CACHE_DIR` names a folder that is not there")
def test_a_plugin_cache_that_is_not_there(small: Matcha, fault: Fault):
    plan = with_variables(small, TF_PLUGIN_CACHE_DIR="/proc/nowhere")("plan")
    assert plan.returncode == 0, plan.stderr
    provision = small("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    require_up(small)
    fault.report("", "none: on this machine no provider has to be fetched")


@pytest.mark.parametrize(
    "shift",
    [
        pytest.param(
            timedelta(days=-2),
            marks=pytest.mark.fault(GROUP, "every file and run has a time two days ahead"),
        ),
        pytest.param(
            timedelta(days=400),
            marks=pytest.mark.fault(GROUP, "every file and run has a time of more than a year ago"),
        ),
    ],
)
def test_times_on_disk_that_are_wrong(deployed: Matcha, fault: Fault, shift: timedelta):
    (run,) = (deployed.folder / ".matcha/runs").iterdir()
    description = json.loads((run / "run.json").read_text())
    created = datetime.now(UTC) - shift
    description["created"] = created.isoformat()
    (run / "run.json").write_text(json.dumps(description))
    renamed = run.rename(run.with_name(f"{created:%Y%m%dT%H%M%S}-provision"))
    stamp = time.time() - shift.total_seconds()
    for path in (deployed.folder / ".matcha").rglob("*"):
        if not path.is_symlink() and "environment" not in path.parts:
            os.utime(path, (stamp, stamp))
    pids = deployed.service_pids()
    require_up(deployed)
    runs = deployed("runs", "--output", "json")
    assert [item["id"] for item in json.loads(runs.stdout)["runs"]] == [renamed.name]
    provision = deployed("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert deployed.service_pids() == pids
    require_up(deployed)
    fault.report("", "none: nothing goes by these times")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("edited", marks=pytest.mark.fault(GROUP, "`matcha.toml` is edited in a run")),
        pytest.param(
            "replaced",
            marks=pytest.mark.fault(GROUP, "`matcha.toml` becomes rubbish in a run"),
        ),
        pytest.param(
            "deleted", marks=pytest.mark.fault(GROUP, "`matcha.toml` is deleted in a run")
        ),
    ],
)
def test_matcha_toml_changes_during_a_run(held: HeldProject, fault: Fault, change: str):
    matcha, toml = held.matcha, held.matcha.folder / "matcha.toml"
    before = stack_text(orchestrator="two")  # which is no preset
    toml.write_text(before)
    held.hold_at("start")
    assert matcha("provision", "--yes", "--detach").returncode == 0
    held.wait_until_held()
    if change == "deleted":
        toml.unlink()
    else:
        toml.write_text(stack_text(**ONE) if change == "edited" else "= rubbish")
    held.let_go()
    wait_for(lambda: b"run_finished" in held.events())
    require_known(matcha)
    assert set(matcha.service_pids()) == {"two"}
    refused = matcha("provision", "--yes")
    assert refused.returncode in (ExitCode.REFUSED, ExitCode.FAILED), refused.stderr
    assert "Traceback" not in refused.stderr
    toml.write_text(before)
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    require_up(matcha)
    fault.report(error_of(refused.stderr), "put it back, then `matcha provision`")


@pytest.mark.fault(GROUP, "the process that a lock names has another program's number by now")
def test_a_lock_whose_number_is_anothers(held: HeldProject, fault: Fault):
    matcha = held.matcha
    held.hold_at("install")
    assert matcha("provision", "--yes", "--detach").returncode == 0
    held.wait_until_held()
    lock = matcha.folder / ".matcha/lock"
    owner = json.loads(lock.read_bytes()) | {"host": socket.gethostname(), "pid": os.getpid()}
    lock.write_text(json.dumps(owner))  # this process lives, and began at another time
    refused = matcha("provision", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "is dead, but a process that it started still has the lock" in refused.stderr
    assert "`matcha cancel`" in refused.stderr
    assert matcha("cancel").returncode == 0
    held.let_go()
    assert matcha("logs", "--follow").returncode == ExitCode.CANCELLED
    known = recorded(matcha)
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert known <= recorded(matcha)
    require_up(matcha)
    fault.report(error_of(refused.stderr), "`matcha cancel`, then `matcha provision`")


@pytest.mark.parametrize(
    "when",
    [
        pytest.param("before", marks=pytest.mark.fault(INDEX, "it is gone before an install")),
        pytest.param("during", marks=pytest.mark.fault(INDEX, "it goes away during an install")),
        pytest.param("after", marks=pytest.mark.fault(INDEX, "it is gone after an install")),
    ],
)
def test_a_package_index_that_is_gone(small: Matcha, tmp_path: Path, fault: Fault, when: str):
    (small.folder / "matcha.toml").write_text(stack_text(vector_database=PACKED))
    new = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "UV_CACHE_DIR": str(tmp_path / "uv")}
    nobody = "http://127.0.0.1:9/simple"  # the discard port: nothing listens there
    gone = with_variables(small, UV_DEFAULT_INDEX=nobody, UV_HTTP_RETRIES="0", **new)
    with run_index(tmp_path / "index") as index:
        there = with_variables(gone, UV_DEFAULT_INDEX=index.url)
        if when == "after":
            assert there("provision", "--yes").returncode == 0
            assert there("destroy", "--yes").returncode == 0
    said = ""
    if when == "before":
        failed = gone("provision", "--yes")
        assert failed.returncode == 1
        said = error_of(failed.stderr)
        assert "the package index cannot be reached" in said
    if when == "during":
        with run_index(tmp_path / "second") as index:
            index.hold_after(1)
            there = with_variables(gone, UV_DEFAULT_INDEX=index.url)
            assert there("provision", "--yes", "--no-preflight", "--detach").returncode == 0
            wait_for(lambda: len(index.asked) > 1)
            index.drop()
            failed = there("logs", "--follow")
        assert failed.returncode == 1
        said = error_of(failed.stderr)
    if when == "after":
        provision = gone("provision", "--yes")
    else:
        with run_index(tmp_path / "third") as index:
            provision = with_variables(gone, UV_DEFAULT_INDEX=index.url)("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    require_up(small)
    step = "none: what is installed is used again" if when == "after" else "`matcha provision`"
    fault.report(said, step)
