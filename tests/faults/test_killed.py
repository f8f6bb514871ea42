"""Processes that are killed at some point of a run: what was made is known, and gone on with.

The points are chosen by a seed, ``MATCHA_FAULT_SEED``; a number is as good as any other.
"""

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from matcha_tui.services.leader import INSTALL_MARKER
from matcha_tui.services.supervisor import SUPERVISOR_MARKER
from matcha_tui.system.processes import marked_processes, processes_marked_below
from matcha_tui.terraform.cancel import read_processes
from tests.command_line import Matcha
from tests.commands.held import HeldProject
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import PACKED, listed, recorded, require_up, stack_text
from tests.killing import kill_run
from tests.services.tiny_index import run_index
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

GROUP = "Killed"
POINTS = ("build", "launch", "prepare", "install", "start", "settle-build")
"""Arguments of the programs that a provision starts, one after the other."""
WITHIN_TERRAFORM = POINTS[1:5]
SEED = int(os.environ.get("MATCHA_FAULT_SEED", "15"))


def choose(points: tuple[str, ...]) -> list[str]:
    return random.Random(f"{SEED} {points}").sample(points, 3)


def begin(held: HeldProject, point: str) -> "tuple[HeldProject, subprocess.Popen[str]]":
    """Begin a provision, and wait until it has come to a point."""
    held.hold_at(point)
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    return held, begun


def run_folder(matcha: Matcha) -> Path:
    return max((matcha.folder / ".matcha/runs").iterdir())


def kill_program(matcha: Matcha) -> None:
    """Kill what the worker runs: Terraform, at most points."""
    processes = read_processes(run_folder(matcha))
    assert processes is not None
    assert processes.program is not None
    processes.program.send(signal.SIGKILL)


def go_on(held: HeldProject, known: set[str]) -> None:
    """Do what was said, and require that nothing of what was known is lost."""
    assert known <= recorded(held.matcha)
    provision = held.matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert known <= recorded(held.matcha)
    require_up(held.matcha)


@pytest.mark.fault(GROUP, "SIGKILL of the command that shows a run")
@pytest.mark.parametrize("point", choose(POINTS))
def test_a_killed_face(held: HeldProject, fault: Fault, point: str):
    held, begun = begin(held, point)
    begun.kill()
    begun.communicate()
    held.let_go()
    followed = held.matcha("logs", "--follow")
    assert followed.returncode == 0, followed.stdout
    assert followed.stdout.splitlines()[-1] == "Done"
    require_up(held.matcha)
    fault.report("", "`matcha logs --follow` goes on with watching: the run never stopped")


@pytest.mark.fault(GROUP, "SIGKILL of the run's worker")
@pytest.mark.parametrize("point", choose(POINTS))
def test_a_killed_worker(held: HeldProject, fault: Fault, point: str):
    held, begun = begin(held, point)
    processes = read_processes(run_folder(held.matcha))
    assert processes is not None
    processes.worker.send(signal.SIGKILL)
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 1
    assert "ended without a record of how" in said
    go_on(held, recorded(held.matcha))
    fault.report(error_of(said), "`matcha provision`")


@pytest.mark.fault(GROUP, "SIGKILL of Terraform")
@pytest.mark.parametrize("point", choose(WITHIN_TERRAFORM))
def test_a_killed_terraform(held: HeldProject, fault: Fault, point: str):
    held, begun = begin(held, point)
    kill_program(held.matcha)
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 1
    assert "A program was killed, most likely because memory ran out." in said
    go_on(held, recorded(held.matcha))
    fault.report(error_of(said), "`matcha provision`")


@pytest.mark.fault(GROUP, "SIGKILL of uv")
@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_killed_uv(small: Matcha, tmp_path: Path, fault: Fault, asked: int):
    (small.folder / "matcha.toml").write_text(stack_text(vector_database=PACKED))
    with run_index(tmp_path / "index") as index:
        new = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "UV_CACHE_DIR": str(tmp_path / "uv")}
        variables = {**new, "UV_DEFAULT_INDEX": index.url, "UV_HTTP_RETRIES": "0"}
        matcha = Matcha(small.folder, small.environment | variables)
        run = matcha("provision", "--yes", "--detach", "--no-preflight")
        assert run.returncode == 0, run.stderr
        index.hold_after(asked - 1)
        wait_for(lambda: len(index.asked) >= asked)
        folder = matcha.folder / ".matcha/services" / PACKED
        (killed,) = marked_processes(INSTALL_MARKER, str(folder))
        killed.send(signal.SIGKILL)
        index.hold.set()
        failed = matcha("logs", "--follow")
        assert failed.returncode == 1
        assert "uv was killed by signal 9" in failed.stderr
        known = recorded(matcha)
        provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert known <= recorded(matcha)
    require_up(matcha)
    fault.report(error_of(failed.stderr), "`matcha provision`")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("service", marks=pytest.mark.fault(GROUP, "SIGKILL of a service")),
        pytest.param("supervisor", marks=pytest.mark.fault(GROUP, "SIGKILL of a supervisor")),
    ],
)
def test_a_killed_service_or_supervisor(held: HeldProject, fault: Fault, kind: str):
    held, begun = begin(held, "settle-build")  # it has just come up
    kill_part(held.matcha, kind)
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 0, said
    wait_until_up(held.matcha)
    if kind == "supervisor":
        doctor = held.matcha("doctor")
        assert "nothing would start one again after a crash" in doctor.stdout + doctor.stderr
    held, begun = begin(held, "settle-build")  # this provision has repaired what it found
    assert len(supervisors(held.matcha)) == 1
    kill_part(held.matcha, kind)
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 0, said
    wait_until_up(held.matcha)
    assert recorded(held.matcha)
    held.hold_at("stop")
    ending = held.begin("destroy", "--yes")
    held.wait_until_held()  # it is about to be ended
    kill_part(held.matcha, kind)
    held.let_go()
    ending.communicate(timeout=60)
    assert ending.returncode == 0
    held.matcha.wait_until_ended()
    assert listed(held.matcha) == []
    if kind == "service":
        fault.report("", "none: its supervisor starts it again within seconds")
    else:
        said = "nothing would start one again after a crash (`matcha doctor`)"
        fault.report(said, "`matcha provision`: the service runs on meanwhile")


@pytest.mark.fault(GROUP, "SIGKILL of everything at once, as when the machine goes off")
@pytest.mark.parametrize("point", choose(POINTS))
def test_everything_is_killed(held: HeldProject, fault: Fault, point: str):
    held, begun = begin(held, point)
    begun.kill()
    begun.communicate()
    kill_run(held.matcha.folder)
    held.matcha.clean_up()
    held.let_go()
    status = held.matcha("status")
    assert status.returncode in (1, 3)
    assert "Traceback" not in status.stderr
    go_on(held, recorded(held.matcha))
    fault.report(status.stderr.splitlines()[0], "`matcha provision`")


def supervisors(matcha: Matcha) -> list[int]:
    found = processes_marked_below(SUPERVISOR_MARKER, str(matcha.folder / ".matcha/services"))
    return [process.pid for _, process in found]


def kill_part(matcha: Matcha, kind: str) -> None:
    pids = supervisors(matcha) if kind == "supervisor" else matcha.service_pids().values()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def wait_until_up(matcha: Matcha) -> None:
    wait_for(lambda: [row["state"] for row in listed(matcha)] == ["up"])
