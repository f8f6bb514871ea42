"""Supervision in a folder of any name and length."""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.programs import program_text
from matcha_tui.services.supervisor import supervisor_variables
from matcha_tui.services.supervisor_files import SupervisorFiles, choose_socket_path
from matcha_tui.services.supervisord import CorrectedOptions
from tests.services.tiny_project import get, project_in

_LONGEST_PROJECT_PATH = 4000

folder_names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=60
).filter(lambda name: name not in (".", ".."))


@given(name=folder_names)
def test_supervisord_reads_its_configuration_right_in_a_folder_of_any_name(name: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = FlavorFolder(Path(directory).resolve() / name / "tiny")
        folder.path.mkdir(parents=True)
        folder.program.write_text(program_text("tiny", 3))
        files = SupervisorFiles(folder.path.parent)
        files.write_configuration()
        socket_path = choose_socket_path(files.services_directory)
        with _as_launched(files.services_directory, socket_path):
            options = CorrectedOptions()
            options.realize(["-c", str(files.configuration)])
        program = options.process_group_configs[0].process_configs[0]
        assert options.logfile == str(files.log)
        assert options.pidfile == str(files.pid)
        assert options.server_configs[0]["file"] == str(socket_path)
        assert files.services_directory / program.stdout_logfile == folder.log
        assert shlex.split(program.command)[0] == sys.executable
        assert shlex.split(program.command)[-2:] == ["supervise", "tiny"]


@contextmanager
def _as_launched(services_directory: Path, socket_path: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(services_directory)
        for variable, text in supervisor_variables(services_directory, socket_path).items():
            patch.setenv(variable, text)
        yield


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
        assert project.run("shutdown").returncode == 0
        assert not project.processes()
