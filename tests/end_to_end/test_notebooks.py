"""What `make test` leaves out of the examples: the other forms, and other Pythons."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.end_to_end.conftest import make_clients
from tests.end_to_end.working import at_work, run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PYTHONS = [
    sys.executable,
    *filter(None, (shutil.which(f"python3.{minor}") for minor in (12, 13))),
]


@pytest.fixture(scope="module")
def deployed(matcha: Matcha) -> Matcha:
    """The LLM stack, in a DVC repository."""
    assert matcha("stack", "set", "llm").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    return matcha


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).name)
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
    run(work, "matcha", "disconnect")
