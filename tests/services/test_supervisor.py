import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from matcha_tui.services.supervisor import find_supervisor, launch, shutdown
from matcha_tui.services.supervisor_files import SupervisorFiles, choose_socket_path
from tests.services.tiny_project import SECRET, TinyProject, wait_for


@pytest.fixture
def runtime() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="run-") as directory:
        yield Path(directory)


def test_launching_twice_launches_one_in_its_own_session(project: TinyProject) -> None:
    assert project.run("launch").returncode == 0
    pid = project.supervisor().pid
    assert project.run("launch").returncode == 0
    assert project.supervisor().pid == pid
    assert os.getsid(pid) == pid


def test_the_supervisor_holds_no_file_of_its_launcher(project: TinyProject) -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        project.run("launch")
    finally:
        os.close(writing)
    assert os.read(reading, 1) == b""  # nobody holds the other end
    os.close(reading)


def test_what_a_killed_supervisor_left_is_no_obstacle(project: TinyProject) -> None:
    project.run("launch")
    old = project.supervisor().pid
    project.kill_supervisor()
    assert (project.services / "supervisor.pid").exists()
    assert (project.services / "supervisor.sock").exists()
    assert project.run("launch").returncode == 0
    assert project.supervisor().pid != old


def test_a_recorded_pid_of_somebody_else_is_left_alone(project: TinyProject) -> None:
    (project.services / "supervisor.pid").write_text(str(os.getpid()))
    assert find_supervisor(project.services) is None
    assert project.run("launch").returncode == 0


def test_a_supervisor_that_lost_its_socket_is_replaced_and_services_stay(
    project: TinyProject,
) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    (project.services / "supervisor.sock").unlink()
    assert project.run("launch").returncode == 0
    wait_for(lambda: project.health("tiny").supervised)
    assert project.pid("tiny") == pid


def test_replacing_a_dead_supervisor_does_not_interrupt_services(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    project.kill_supervisor()
    assert project.run("shutdown").returncode == 0
    assert project.run("launch").returncode == 0
    wait_for(lambda: project.health("tiny").supervised)
    assert project.pid("tiny") == pid


def test_after_a_shutdown_nothing_runs_and_a_launch_brings_it_back(project: TinyProject) -> None:
    project.define("tiny", "forking")
    project.start("tiny")
    assert project.run("shutdown").returncode == 0
    assert find_supervisor(project.services) is None
    assert not project.processes()
    assert not list(project.services.glob("supervisor.*"))
    assert project.run("shutdown").returncode == 0
    assert project.run("launch").returncode == 0
    project.wait_until_healthy("tiny")


def test_a_project_with_a_very_long_path_has_its_socket_elsewhere(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    project = TinyProject((tmp_path / ("long" * 20) / "services").resolve())
    project.define("tiny")
    try:
        project.start("tiny")
        address = SupervisorFiles(project.services).read_address()
        assert address is not None
        assert address.parent.parent == runtime
        assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(address.stat().st_mode) == 0o600
    finally:
        project.clean_up()


def test_a_socket_folder_of_somebody_else_is_refused(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    (runtime / f"matcha-{os.getuid()}").mkdir()
    (runtime / f"matcha-{os.getuid()}").chmod(0o777)
    with pytest.raises(Exception, match="is not private to you"):
        choose_socket_path(tmp_path / ("long" * 20))


def test_everything_written_is_private(project: TinyProject) -> None:
    project.define("tiny")
    project.run("prepare", "tiny")
    project.start("tiny")
    folder = project.folder("tiny")
    private = [folder.log, folder.service, folder.leader, folder.program, folder.data]
    private += project.services.glob("supervisor.*")
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private} == {
        path.name: 0 for path in private
    }


def test_no_secret_is_in_arguments_logs_or_the_supervisors_configuration(
    project: TinyProject,
) -> None:
    project.define("tiny")
    project.start("tiny")
    processes = [project.supervisor(), *project.supervisor().children(recursive=True)]
    seen = "\n".join(" ".join(process.cmdline()) for process in processes)
    for path in (*project.services.glob("supervisor.*"), project.folder("tiny").log):
        if path.is_file():
            seen += path.read_text()
    assert SECRET not in seen
    assert "tiny_server.py" in seen


def test_launch_and_shutdown_work_as_functions(project: TinyProject) -> None:
    pid = launch(project.services)
    assert psutil.pid_exists(pid)
    shutdown(project.services)
    assert find_supervisor(project.services) is None


def test_a_supervisor_that_cannot_come_up_says_why(project: TinyProject) -> None:
    (project.services / "supervisor.log").mkdir()
    done = project.run("launch")
    assert done.returncode == 1
    assert done.stderr.startswith("matcha: ")
    assert "Traceback" not in done.stderr
