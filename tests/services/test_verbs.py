import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services.tiny_project import TinyProject


def test_without_a_services_directory_the_usage_is_explained(project: TinyProject) -> None:
    done = project.run("stop", "tiny", MATCHA_SERVICES="")
    assert done.returncode == 2
    assert done.stderr.startswith("matcha: MATCHA_SERVICES is not set to an absolute path.")


def test_an_unknown_verb_is_a_usage_error() -> None:
    command = [sys.executable, "-m", "matcha_tui.services", "dance"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid choice: 'dance'" in done.stderr


def test_a_definition_that_is_not_there_is_one_line(project: TinyProject) -> None:
    done = project.run("prepare", "tiny")
    assert done.returncode == 1
    assert done.stderr.startswith("matcha: cannot read ")
    assert done.stderr.count("\n") == 1


def test_an_error_of_the_operating_system_is_one_line(project: TinyProject) -> None:
    project.define("tiny")
    project.run("prepare", "tiny")
    project.folder("tiny").leader.mkdir()
    done = project.run("stop", "tiny")
    assert done.returncode == 1
    assert done.stderr.startswith("matcha: ")
    assert done.stderr.count("\n") == 1


def test_what_runs_in_a_folder_with_a_control_character_can_still_be_stopped() -> None:
    with tempfile.TemporaryDirectory(prefix="matcha-") as directory:
        services = Path(directory).resolve() / "a\x1b[31mb" / ".matcha" / "services"
        services.mkdir(parents=True)
        project = TinyProject(services)
        try:
            project.define("tiny")
            project.start("tiny")
            assert project.wait_until_healthy("tiny").supervised
            for verb, *flavor in (("stop", "tiny"), ("remove", "tiny"), ("clean",)):
                done = project.run(verb, *flavor)
                assert done.returncode == 0, done.stderr
            assert not project.processes()
            assert list(services.iterdir()) == []
        finally:
            project.clean_up()
