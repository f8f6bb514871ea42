import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from matcha_tui.services.processes import is_alive
from matcha_tui.services.service import render_service
from matcha_tui.services.supervisor import launch, shutdown
from matcha_tui.services.supervisor_files import (
    SupervisorFiles,
    choose_socket_path,
    find_supervisor,
)
from tests.services.tiny_project import SECRET, TinyProject, project_in
from tests.waiting import wait_for


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
    with project_in(tmp_path / ("long" * 20)) as project:
        project.define("tiny")
        project.start("tiny")
        address = SupervisorFiles(project.services).read_address()
        assert address is not None
        assert address.parent.parent == runtime
        assert stat.S_IMODE(address.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(address.stat().st_mode) == 0o600


def test_a_relative_runtime_folder_is_passed_over(
    tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runtime.parent)  # the supervisor works in another folder
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime.name)
    chosen = choose_socket_path(tmp_path / ("long" * 20))
    assert chosen.is_absolute()
    assert not list(runtime.iterdir())


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


def test_what_supervisord_refuses_is_shown_to_the_user(project: TinyProject) -> None:
    project.define("tiny")
    project.folder("tiny").program.write_text("[program:tiny]\nstartsecs = many\n")
    done = project.run("launch")
    assert done.returncode == 1
    assert done.stderr.startswith("matcha: the supervisor of the services did not come up: ")
    assert "'many'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_configuration_that_a_running_supervisor_refuses_is_shown(project: TinyProject) -> None:
    project.define("tiny")
    project.define("other")
    project.run("launch")
    project.folder("other").program.write_text("[program:other]\nstartsecs = many\n")
    done = project.run("start", "tiny")
    assert done.returncode == 1
    assert "tiny: the supervisor cannot use its configuration: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_too_few_open_files_are_refused_with_their_limit(project: TinyProject) -> None:
    done = _launch_with(project, "ulimit -n 64")
    assert done.returncode == 1
    assert done.stderr == (
        "matcha: a service needs 1024 open files, and this terminal allows 64 (RLIMIT_NOFILE)."
        " Run `ulimit -n 1024`; if that is refused, have an administrator raise the hard limit,"
        " or try a new terminal.\n"
    )
    assert find_supervisor(project.services) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil tells no limits")
def test_a_low_limit_that_may_be_raised_is_raised_for_the_services(project: TinyProject) -> None:
    assert _launch_with(project, "ulimit -S -n 64").returncode == 0
    project.define("tiny")
    service = psutil.Process(project.start("tiny"))
    for process in (project.supervisor(), service):
        assert process.rlimit(psutil.RLIMIT_NOFILE)[0] == 1024


def _launch_with(project: TinyProject, limit: str) -> subprocess.CompletedProcess[str]:
    launch = [sys.executable, "-P", "-m", "matcha_tui.services", "launch"]
    return subprocess.run(
        ["/bin/sh", "-c", f'{limit}; exec "$@"', "sh", *launch],
        env=project.variables(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_supervisor_of_an_earlier_matcha_is_replaced_and_services_stay(
    project: TinyProject,
) -> None:
    old = _start_as_an_earlier_matcha_did(project)
    pid = wait_for(lambda: project.health("tiny").pid)
    assert project.run("launch").returncode == 0
    assert not is_alive(old.pid)
    wait_for(lambda: project.health("tiny").supervised)
    assert project.pid("tiny") == pid


@pytest.mark.parametrize("verb", ["stop", "shutdown"])
def test_what_an_earlier_matcha_started_is_ended_in_a_folder_of_any_name(
    verb: str, tmp_path: Path
) -> None:
    with project_in(tmp_path / "es\x1bcape") as project:
        _start_as_an_earlier_matcha_did(project)
        wait_for(lambda: project.health("tiny").pid)
        done = project.run(verb, "tiny" if verb == "stop" else None)
        assert done.returncode == 0, done
        assert not project.processes()
        assert project.run("shutdown").returncode == 0
        assert find_supervisor(project.services) is None


_EARLIER_CONFIGURATION = """\
[supervisord]
nodaemon = true
silent = true
minprocs = 1
logfile = %(ENV_MATCHA_SERVICES)s/supervisor.log
pidfile = %(ENV_MATCHA_SERVICES)s/supervisor.pid

[unix_http_server]
file = %(ENV_MATCHA_SUPERVISOR_SOCKET)s

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

_EARLIER_PROGRAM = """\
[program:tiny]
command = %(ENV_MATCHA_SUPERVISE)s tiny
autorestart = true
stopasgroup = true
redirect_stderr = true
stdout_logfile = %(ENV_MATCHA_SERVICES)s/tiny/log
"""


def _start_as_an_earlier_matcha_did(project: TinyProject) -> psutil.Process:
    project.define("tiny")
    render_service(project.folder("tiny"), project.definition("tiny"))
    files = SupervisorFiles(project.services)
    project.folder("tiny").program.write_text(_EARLIER_PROGRAM)
    files.configuration.write_text(f"{_EARLIER_CONFIGURATION}\n{_EARLIER_PROGRAM}")
    socket_path = choose_socket_path(project.services)
    files.address.write_text(str(socket_path))
    subprocess.Popen(
        [sys.executable, "-P", "-m", "supervisor.supervisord", "-c", str(files.configuration)],
        cwd=project.services,
        env=project.variables(
            MATCHA_SUPERVISOR_SOCKET=str(socket_path),
            MATCHA_SUPERVISE=f"{sys.executable} -P -m matcha_tui.services supervise",
        ),
        start_new_session=True,
    ).returncode = 0  # it stays, as that which a provision launches
    return wait_for(lambda: find_supervisor(project.services))
