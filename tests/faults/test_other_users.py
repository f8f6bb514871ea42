"""Another user of the machine, and a home folder that nobody can write to."""

import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import ONE, install, make_matcha, require_up, stack_text

pytestmark = pytest.mark.slow

GROUP = "Two at once"
NOBODY = 65534


@pytest.fixture
def shared() -> Iterator[Matcha]:
    """The command in a folder that every user of the machine may write to."""
    if os.getuid() != 0:
        pytest.skip("only root can act as another user")
    place = Path(tempfile.mkdtemp(prefix="matcha-users-"))
    place.chmod(0o755)
    folder, modules = place / "project", place / "site"
    for made in (folder, modules):
        made.mkdir()
    folder.chmod(0o777)
    (folder / "matcha.toml").write_text(stack_text(**ONE))
    matcha = make_matcha(install(modules), folder, place / "state")
    try:
        yield matcha
    finally:
        matcha.clean_up()
        shutil.rmtree(place)


def as_nobody(matcha: Matcha, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command as another user, who has a home of their own."""
    home = matcha.folder.parent / "home-of-nobody"
    if not home.exists():
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
    kept = {name: value for name, value in matcha.environment.items() if "XDG_" not in name}
    packages = [kept["PYTHONPATH"], *site.getsitepackages()]
    return subprocess.run(
        [find_python(), "-m", "matcha_tui.cli", *arguments],
        cwd=matcha.folder,
        env=kept | {"HOME": str(home), "USER": "nobody", "PYTHONPATH": os.pathsep.join(packages)},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def find_python() -> str:
    """Return a Python of our version that another user may run."""
    version = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            found = subprocess.run([python, "-c", version], user=NOBODY, check=False)
        except OSError:
            continue
        if found.returncode == 0:
            return python
    pytest.skip("another user may run no Python here that has our packages")


@pytest.mark.fault(GROUP, "another user works in the same folder")
def test_another_user_in_the_same_folder(shared: Matcha, fault: Fault):
    known = as_nobody(shared, "stack", "list")
    assert "one" in known.stdout, known.stderr
    provision = shared("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    for line in ("status", "get", "plan", "stop", "destroy --yes", "stack add orchestrator two"):
        refused = as_nobody(shared, *line.split())
        assert refused.returncode != 0, line
        assert "Traceback" not in refused.stderr, refused.stderr
    refused = as_nobody(shared, "provision", "--yes")
    assert refused.returncode != 0
    theirs = as_nobody(shared, "ls", "--output", "json")
    assert json.loads(theirs.stdout)["deployments"] == []
    require_up(shared)
    destroy = shared("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    fault.report(error_of(refused.stderr), "a folder of one's own: `matcha provision` there")


@pytest.mark.fault("Variables, times and edited files", "`HOME` is on a read-only disk")
def test_a_home_that_is_read_only(small: Matcha, tmp_path: Path, fault: Fault):
    home = tmp_path / "home"
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=65536", "none", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("nobody may mount a disk here")
    try:
        kept = {name: value for name, value in small.environment.items() if "XDG_" not in name}
        there = Matcha(small.folder, kept | {"HOME": str(home)})
        refused = there("provision", "--yes")
        assert refused.returncode != 0
        assert "Traceback" not in refused.stderr, refused.stderr
        assert there("stack", "show").returncode == 0
    finally:
        subprocess.run(["umount", str(home)], check=True)
    provision = small("provision", "--yes", "--trust-modules")
    assert provision.returncode == 0, provision.stderr
    require_up(small)
    step = "name another folder; `matcha provision --trust-modules`, as nothing could be signed"
    fault.report(error_of(refused.stderr), step)
