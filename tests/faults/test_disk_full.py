"""A disk without a free byte: what needs space says so, and a destroy needs none."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.commands.held import HeldProject
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import (
    ONE,
    listed,
    make_matcha,
    recorded,
    require_known,
    require_up,
    stack_text,
)

GROUP = "A full disk"
DISK_BYTES = 12 * 2**20
PAGE_BYTES = 4096


class Disk:
    """A small disk of its own, with a project on it."""

    def __init__(self, place: Path, matcha: Matcha) -> None:
        self.matcha = matcha
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Leave no byte."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(b"x" * PAGE_BYTES):
                    pass
            except OSError:
                return

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def disk(site: Path, tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nobody may mount a small disk here")
    folder = place / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(stack_text(**ONE))
    matcha = make_matcha(site, folder, tmp_path / "state")
    try:
        yield Disk(place, matcha)
    finally:
        matcha.clean_up()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.fault(GROUP, "no byte is free, and the stack is to go")
def test_a_destroy_needs_no_free_byte(disk: Disk, fault: Fault):
    matcha = disk.matcha
    assert matcha("provision", "--yes").returncode == 0
    disk.fill()
    refused = matcha("provision", "--yes")
    assert refused.returncode == 1
    assert "the disk is full" in refused.stderr
    require_up(matcha)
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert "Nothing is deployed any more." in destroy.stderr
    matcha.wait_until_ended()
    assert listed(matcha) == []
    fault.report("Nothing is deployed any more.", "`matcha destroy` works: it has space set aside")


@pytest.mark.slow
@pytest.mark.fault(GROUP, "no byte is left for a plan, or to save `matcha.toml`")
def test_what_cannot_be_written_is_as_it_was(disk: Disk, fault: Fault):
    matcha = disk.matcha
    toml = matcha.folder / "matcha.toml"
    before = toml.read_text()
    assert matcha("provision", "--yes").returncode == 0
    after = toml.read_text()
    disk.fill()
    for line in ("plan", "stack add orchestrator two --live"):
        refused = matcha(*line.split())
        assert refused.returncode == 1, refused.stderr
        assert "the disk is full" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert toml.read_text() == after
    require_up(matcha)
    disk.free()
    plan = matcha("plan")
    assert plan.returncode == 0, plan.stderr
    assert "Nothing to change" in plan.stdout
    assert before.splitlines()[0] == after.splitlines()[0]
    fault.report(error_of(refused.stderr), "free some space; `matcha plan`")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "at"),
    [
        pytest.param(
            "build",
            "plan",
            marks=pytest.mark.fault(GROUP, "the disk fills before a run begins to build"),
        ),
        pytest.param(
            "prepare",
            "apply",
            marks=pytest.mark.fault(GROUP, "the disk fills while Terraform builds"),
        ),
    ],
)
def test_a_run_whose_disk_fills_is_gone_on_with(
    disk: Disk, tmp_path: Path, fault: Fault, word: str, at: str
):
    held = HeldProject.make(disk.matcha, tmp_path, (disk.matcha.folder / "matcha.toml").read_text())
    held.hold_at(word)
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    disk.fill()
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 1, said
    assert "Traceback" not in said
    assert "isk is full" in said or "o space left" in said, said
    known = recorded(held.matcha)
    disk.free()
    provision = held.matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert known <= recorded(held.matcha)
    require_up(held.matcha)
    held.clean_up()
    fault.report(error_of(said), "free some space; `matcha provision`")


@pytest.mark.slow
@pytest.mark.fault(GROUP, "a service has no space for its log")
def test_a_service_whose_log_is_full_runs_on(disk: Disk, fault: Fault):
    matcha = disk.matcha
    assert matcha("provision", "--yes").returncode == 0
    disk.fill()
    pids = matcha.service_pids()
    assert matcha("status").returncode == 0
    assert matcha.service_pids() == pids
    assert require_known(matcha)["state"] == "up"
    disk.free()
    restart = matcha("restart")
    assert restart.returncode == 0, restart.stderr
    require_up(matcha)
    fault.report("", "none: the service runs on; `matcha destroy` works", "the lines of its log")
