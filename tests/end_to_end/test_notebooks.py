"""What `make test` leaves out of the examples: the other forms, and other Pythons."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.end_to_end.conftest import make_clients
from tests.end_to_end.working import at_work, run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def find_pythons() -> list[str]:
    """Return this Python, and the next one if it is on PATH or pyenv has it, and it works."""
    found = [sys.executable]
    for minor in (12,):
        versions = sorted((Path.home() / ".pyenv/versions").glob(f"3.{minor}.*/bin/python"))
        named = shutil.which(f"python3.{minor}")
        candidates = [*([named] if named else []), *map(str, versions)]
        found += [path for path in candidates if works(path)][:1]
    return found


def works(python: str) -> bool:
    """Return whether a Python runs: that of a version manager may only be a name."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def spoken(python: str) -> str:
    """Return a Python's version."""
    question = "import platform; print(platform.python_version())"
    return subprocess.check_output([python, "-c", question], text=True).strip()


@pytest.fixture(scope="module")
def deployed(matcha: Matcha) -> Matcha:
    """The LLM stack, in a DVC repository."""
    assert matcha("stack", "set", "llm").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    return matcha


@pytest.mark.parametrize("python", find_pythons(), ids=spoken)
def test_the_tutorial_is_followed_to_its_end(deployed: Matcha, tmp_path: Path, python: str):
    work = at_work(deployed, make_clients(tmp_path / "clients", python), tmp_path / "zenml")
    run(work, "git", "init", "--quiet")
    run(work, "dvc", "init", "--quiet", "--force")
    run(work, "matcha", "connect")
    run(work, "matcha", "example", "iris", str(tmp_path / "iris"))
    shutil.copytree(tmp_path / "iris", deployed.folder / "iris", dirs_exist_ok=True)
    run(work, "jupyter", "execute", "--inplace", "iris/run.ipynb")
    notebook = (deployed.folder / "iris/run.ipynb").read_text()
    assert "It is a setosa and was a setosa" in notebook
    run(work, "matcha", "example", "documents", str(tmp_path / "documents"))
    said = run(work, "python", str(tmp_path / "documents/run.py"))
    assert "matcha: Matcha is green tea" in said
    shutil.copytree(tmp_path / "documents", deployed.folder / "documents", dirs_exist_ok=True)
    run(work, "jupyter", "execute", "--inplace", "documents/run.ipynb")
    assert "matcha: Matcha is green tea" in (deployed.folder / "documents/run.ipynb").read_text()
    run(work, "matcha", "disconnect")
