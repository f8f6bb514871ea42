"""Supervision in a folder of any name and length."""

import os
from pathlib import Path

import pytest

from tests.services.tiny_project import get, project_in

_LONGEST_PROJECT_PATH = 4000


@pytest.mark.parametrize("name", ["100% %(x)s #;'\"{a}$(b) `c` \\é", "es\x1bcape\rreturn\nline"])
def test_a_service_lives_and_ends_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    _live_and_end(tmp_path / name)


def test_a_service_lives_and_ends_in_the_longest_folder(tmp_path: Path) -> None:
    folder = tmp_path
    while _LONGEST_PROJECT_PATH - len(os.fsencode(folder)) > 250:
        folder /= "x" * 100
    folder /= "x" * (_LONGEST_PROJECT_PATH - len(os.fsencode(folder)) - 1)
    assert len(os.fsencode(folder)) == _LONGEST_PROJECT_PATH
    _live_and_end(folder)


def _live_and_end(folder: Path) -> None:
    with project_in(folder) as project:
        port = project.define("tiny")
        temporary = folder.parent / "100% é"
        temporary.mkdir(exist_ok=True)
        users = {"OF_THE_USER": "100% %(ENV_OF_NOBODY)s", "TMPDIR": str(temporary)}
        done = project.run("start", "tiny", **users)
        assert done.returncode == 0, done
        assert project.health("tiny").supervised
        assert Path(get(port, "/directory")) == project.folder("tiny").data
        assert project.run("stop", "tiny").returncode == 0
        assert not project.processes()
        project.start("tiny")
        assert project.run("clean").returncode == 0
        assert not project.processes()
