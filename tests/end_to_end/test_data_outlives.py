"""DVC's data outlives the stack, and another clone of the project pulls it."""

import os
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, SCRIPTS, Matcha
from tests.end_to_end.working import run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_data_is_pulled_in_another_clone_after_a_destroy(matcha: Matcha, dvc: str, tmp_path: Path):
    own = {
        "PATH": os.pathsep.join([str(Path(dvc).parent), str(SCRIPTS), os.environ["PATH"]]),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "DVC_NO_ANALYTICS": "1",
    }
    project = Matcha(matcha.folder, matcha.environment | own)
    (project.folder / "matcha.toml").write_text(DVC_ONLY)
    (project.folder / "tea.csv").write_text("tea,price\nmatcha,12\n")
    run(project, "git", "init", "--quiet")
    run(project, "dvc", "init", "--quiet")
    run(project, "matcha", "provision", "--yes")
    run(project, "matcha", "connect")
    run(project, "dvc", "add", "--quiet", "tea.csv")
    run(project, "dvc", "push", "--quiet")
    run(project, "git", "add", "--all")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@tea.example")
    run(project, "git", *identity, "commit", "--quiet", "--message", "Add the data")

    assert "keeps, unless you give --delete-data" in project("destroy", "--yes").stderr
    assert run(project, "dvc", "remote", "list") == ""
    run(project, "matcha", "provision", "--yes")

    clone = Matcha(tmp_path / "clone", project.environment)
    run(project, "git", "clone", "--quiet", str(project.folder), str(clone.folder))
    assert not (clone.folder / "tea.csv").exists()
    run(clone, "matcha", "connect")
    run(clone, "dvc", "pull", "--quiet")
    assert (clone.folder / "tea.csv").read_text() == "tea,price\nmatcha,12\n"
