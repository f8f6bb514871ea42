"""Folders that are deleted, moved or renamed, before a run and during one."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.command_line import Matcha
from tests.commands.held import HeldProject
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import listed, require_known, require_up
from tests.waiting import DEADLINE_SECONDS, wait_for

pytestmark = pytest.mark.slow

GROUP = "Folders deleted or moved"


def rebuild(matcha: Matcha) -> None:
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    require_up(matcha)


@pytest.mark.fault(GROUP, "`.matcha/runs` is deleted")
def test_the_runs_are_deleted(deployed: Matcha, fault: Fault):
    shutil.rmtree(deployed.folder / ".matcha/runs")
    require_up(deployed)
    said = deployed("logs")
    assert said.returncode == 3
    rebuild(deployed)
    fault.report(error_of(said.stderr), "`matcha provision`", "the history of the runs")


@pytest.mark.fault(GROUP, "`.matcha` is deleted while a stack is deployed")
def test_the_private_folder_is_deleted(deployed: Matcha, fault: Fault):
    before = deployed.service_pids()
    shutil.rmtree(deployed.folder / ".matcha")
    assert require_known(deployed)["state"] == "lost its folder"
    refused = deployed("provision", "--yes")
    assert refused.returncode == 4, refused.stderr
    assert deployed.service_pids() == before
    assert "one still runs here from an earlier deployment" in refused.stderr
    assert deployed("doctor", "--fix", "--yes").returncode in (0, 1)
    deployed.wait_until_ended()
    rebuild(deployed)
    fault.report(
        "one still runs here from an earlier deployment, of which .matcha knows nothing any more. "
        "Put .matcha back if you have it; or end them: matcha doctor --fix",
        "`matcha doctor --fix`, then `matcha provision`",
        "what the services held, which was in that folder",
    )


@pytest.mark.fault(GROUP, "the project's folder is deleted while a stack is deployed")
def test_the_project_is_deleted(deployed: Matcha, fault: Fault):
    shutil.rmtree(deployed.folder)
    (row,) = listed(deployed)
    assert row["state"] == "lost its folder"
    elsewhere = Matcha(deployed.folder.parent, deployed.environment)
    ended = elsewhere("ls", "--end-lost", "--yes")
    assert ended.returncode == 0, ended.stderr
    deployed.wait_until_ended()
    assert listed(deployed) == []
    said = "one still runs; matcha ls --end-lost ends it"
    assert row["detail"] == said
    fault.report(said, "`matcha ls --end-lost`", "what was in that folder")


def delete_run(folder: Path) -> None:
    for run in (folder / ".matcha/runs").iterdir():
        shutil.rmtree(run)


def delete_infrastructure(folder: Path) -> None:
    shutil.rmtree(folder / ".matcha/infrastructure")


def delete_private(folder: Path) -> None:
    shutil.rmtree(folder / ".matcha")


def delete_project(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "delete",
    [
        pytest.param(delete_run, marks=pytest.mark.fault(GROUP, "a run's folder, during it")),
        pytest.param(
            delete_infrastructure,
            marks=pytest.mark.fault(GROUP, "`.matcha/infrastructure`, during a run"),
        ),
        pytest.param(delete_private, marks=pytest.mark.fault(GROUP, "`.matcha`, during a run")),
        pytest.param(
            delete_project, marks=pytest.mark.fault(GROUP, "the whole project, during a run")
        ),
    ],
)
def test_deleted_during_a_run(held: HeldProject, fault: Fault, delete: Callable[[Path], None]):
    matcha, text = held.matcha, (held.matcha.folder / "matcha.toml").read_text()
    held.hold_at("start")
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    delete(matcha.folder)
    held.let_go()
    _, said = begun.communicate(timeout=DEADLINE_SECONDS)
    assert begun.returncode == 1, said
    assert "Traceback" not in said, said
    wait_for(lambda: not workers(matcha))
    if matcha.service_pids():
        assert listed(matcha)
    matcha.folder.mkdir(exist_ok=True)
    (matcha.folder / "matcha.toml").write_text(text)
    step = "`matcha provision`"
    if matcha("provision", "--yes").returncode != 0:
        step = "`matcha doctor --fix`, then `matcha provision`"
        matcha("doctor", "--fix", "--yes")
        rebuild(matcha)
    require_up(matcha)
    fault.report(error_of(said), step)


def workers(matcha: Matcha) -> list[int]:
    found = []
    for process in matcha.processes():
        with suppress(psutil.Error):
            if "matcha_tui.terraform.worker" in process.cmdline():
                found.append(process.pid)
    return found


@pytest.mark.fault(GROUP, "the project is moved or renamed while a stack is deployed")
def test_the_project_is_moved(deployed: Matcha, fault: Fault):
    was = deployed.folder
    moved = Matcha(was.with_name("moved"), deployed.environment)
    was.rename(moved.folder)
    (precious,) = moved.folder.glob(".matcha/services/one/data")
    (precious / "kept").write_text("precious")
    status = moved("status")
    assert status.returncode == 1
    assert "Run `matcha provision --yes` to repair" in status.stderr
    (row,) = listed(moved)
    assert row["state"] == "lost its folder"
    refused = moved("provision", "--yes")
    assert refused.returncode == 4, refused.stderr
    assert f"one still runs in {was.resolve()}, where this project was" in refused.stderr
    moved("doctor", "--fix", "--yes")
    wait_for(lambda: not deployed.processes())
    provision = moved("provision", "--yes")
    try:
        assert provision.returncode == 0, provision.stderr
        require_up(moved)
        assert (precious / "kept").read_text() == "precious"
    finally:
        moved.clean_up()
    said = error_of(refused.stderr).replace(str(was.resolve()), "FOLDER")
    fault.report(said.partition(";")[0], "`matcha doctor --fix`, then `matcha provision`")
