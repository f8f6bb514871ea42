"""A service's supervisor: what it starts again, what it outlives, and what outlives it."""

import os
import stat
import subprocess
import sys
import time

import psutil
import pytest

from matcha_tui.services.leader import Leader, write_leader
from matcha_tui.services.ports import is_free
from matcha_tui.services.service import render_service
from matcha_tui.services.supervisor import is_supervised
from matcha_tui.system.processes import Process, find_process
from tests.services.tiny_project import SECRET, TinyProject, get
from tests.waiting import wait_for

_WATCHED_SECONDS = 3.0
_SHARE_OF_A_CORE = 0.01


def test_a_killed_service_is_healthy_again_within_seconds(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    psutil.Process(pid).kill()
    assert project.wait_until_healthy("tiny", other_than=pid).supervised


def test_a_killed_parent_whose_child_keeps_the_port_is_repaired(project: TinyProject) -> None:
    port = project.define("tiny", "forking")
    pid = project.start("tiny")
    child = _child_of(pid)
    psutil.Process(pid).kill()
    project.wait_until_healthy("tiny", other_than=pid)
    assert not child.is_alive()
    assert get(port, "/version") == "tiny 1.0"


def test_a_killed_child_ends_in_a_healthy_service(project: TinyProject) -> None:
    project.define("tiny", "forking")
    child = _child_of(project.start("tiny"))
    psutil.Process(child.pid).kill()
    wait_for(lambda: not child.is_alive())
    assert project.wait_until_healthy("tiny").state == "healthy"


def test_a_service_outlives_its_supervisor_and_is_given_another(project: TinyProject) -> None:
    project.define("one")
    port = project.define("two")
    one, two = project.start("one"), project.start("two")
    project.kill_supervisor("two")
    assert project.health("one").supervised
    assert not project.health("two").supervised
    done = project.run("launch")
    assert (done.returncode, done.stdout) == (0, "two: is supervised again\n")
    assert project.health("two").supervised
    assert (project.pid("one"), project.pid("two")) == (one, two)
    assert get(port, "/version") == "tiny 1.0"


def test_starting_a_service_that_lost_its_supervisor_gives_it_another(
    project: TinyProject,
) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    project.kill_supervisor("tiny")
    assert project.start("tiny") == pid
    assert project.health("tiny").supervised


def test_a_service_that_was_found_running_is_started_again_when_it_dies(
    project: TinyProject,
) -> None:
    project.define("tiny", "forking")
    pid = project.start("tiny")
    project.kill_supervisor("tiny")
    project.run("launch")
    psutil.Process(pid).kill()
    assert project.wait_until_healthy("tiny", other_than=pid).supervised


def test_a_service_that_was_found_running_is_stopped_like_any(project: TinyProject) -> None:
    port = project.define("tiny", "forking")
    project.start("tiny")
    project.kill_supervisor("tiny")
    project.run("launch")
    assert project.run("stop", "tiny").returncode == 0
    assert not project.processes()
    assert not is_supervised(project.folder("tiny"))
    assert is_free(port)


def test_a_service_goes_on_writing_its_log_without_a_supervisor(project: TinyProject) -> None:
    port = project.define("tiny")
    project.start("tiny")
    project.kill_supervisor("tiny")
    before = project.folder("tiny").log.stat().st_size
    get(port, "/directory")
    wait_for(lambda: project.folder("tiny").log.stat().st_size > before)


def test_between_crashes_there_is_a_pause(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    _make_it_crash(project)
    psutil.Process(pid).kill()
    log = project.folder("tiny").log
    wait_for(lambda: "is started again in 2 s" in log.read_text())
    assert log.read_text().count("I cannot go on") >= 1


def test_a_supervisor_that_is_asked_to_end_ends_its_service(project: TinyProject) -> None:
    project.define("tiny", "forking")
    project.start("tiny")
    psutil.Process(project.supervisor("tiny").pid).terminate()
    wait_for(lambda: not is_supervised(project.folder("tiny")))
    assert not project.processes()


def test_there_is_one_in_its_own_session(project: TinyProject) -> None:
    project.define("tiny")
    project.start("tiny")
    pid = project.supervisor("tiny").pid
    assert os.getsid(pid) == pid
    assert project.run("launch").returncode == 0
    project.start("tiny")
    assert project.supervisor("tiny").pid == pid


def test_it_holds_no_file_of_its_launcher(project: TinyProject) -> None:
    project.define("tiny")
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        project.start("tiny")
    finally:
        os.close(writing)
    assert os.read(reading, 1) == b""  # nobody holds the other end
    os.close(reading)


def test_its_service_does_not_hold_its_lock(project: TinyProject) -> None:
    project.define("tiny")
    project.start("tiny")
    project.kill_supervisor("tiny")
    assert project.health("tiny").pid
    assert not is_supervised(project.folder("tiny"))


def test_a_recorded_pid_of_somebody_else_is_left_alone(project: TinyProject) -> None:
    project.define("tiny")
    render_service(project.folder("tiny"), project.definition("tiny"))
    me = psutil.Process()
    write_leader(project.folder("tiny"), Leader(me.pid, me.create_time(), "of another"))
    assert project.health("tiny").pid is None
    assert project.run("stop", "tiny").returncode == 0


def test_everything_written_is_private(project: TinyProject) -> None:
    project.define("tiny")
    project.run("prepare", "tiny")
    project.start("tiny")
    folder = project.folder("tiny")
    private = [folder.log, folder.service, folder.leader, folder.supervisor, folder.data]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private} == {
        path.name: 0 for path in private
    }


def test_secrets_are_in_no_command_line_and_no_log(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    words = [*psutil.Process(pid).cmdline()]
    words += psutil.Process(project.supervisor("tiny").pid).cmdline()
    seen = " ".join(words) + project.folder("tiny").log.read_text()
    assert SECRET not in seen
    assert "tiny_server.py" in seen


@pytest.mark.slow
def test_an_idle_supervisor_costs_nothing(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    assert _cpu_seconds_of(project.supervisor("tiny")) < _WATCHED_SECONDS * _SHARE_OF_A_CORE
    psutil.Process(pid).kill()
    pid = project.wait_until_healthy("tiny", other_than=pid).pid or 0
    project.kill_supervisor("tiny")
    project.run("launch")
    wait_for(lambda: "watches over tiny" in project.folder("tiny").log.read_text())
    assert _cpu_seconds_of(project.supervisor("tiny")) < _WATCHED_SECONDS * _SHARE_OF_A_CORE


def test_a_program_that_cannot_be_run_is_named(project: TinyProject) -> None:
    project.define("tiny")
    path = project.definition("tiny")
    path.write_text(path.read_text().replace(sys.executable, "no-such-program"))
    done = project.run("start", "tiny")
    assert done.returncode == 1
    assert "tiny | matcha: " in done.stdout
    assert "no-such-program" in done.stdout
    assert done.stderr.startswith(
        "matcha: tiny ended while it was starting; it said last: matcha: "
    )
    assert "Traceback" not in done.stdout


def test_too_few_open_files_are_refused_with_their_limit(project: TinyProject) -> None:
    project.define("tiny")
    done = _start_with(project, "ulimit -n 64")
    assert done.returncode == 1
    assert done.stderr == (
        "matcha: a service needs 1024 open files, and this terminal allows 64 (RLIMIT_NOFILE)."
        " Run `ulimit -n 1024`; if that is refused, have an administrator raise the hard limit,"
        " or try a new terminal.\n"
    )
    assert not is_supervised(project.folder("tiny"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil tells no limits")
def test_a_low_limit_that_may_be_raised_is_raised_for_the_service(project: TinyProject) -> None:
    project.define("tiny")
    assert _start_with(project, "ulimit -S -n 64").returncode == 0
    service = psutil.Process(project.pid("tiny"))
    assert service.rlimit(psutil.RLIMIT_NOFILE)[0] == 1024


@pytest.mark.parametrize("verb", ["start", "stop", "launch"])
def test_the_one_supervisor_of_an_earlier_matcha_is_ended_first(
    verb: str, project: TinyProject
) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    project.kill_supervisor("tiny")
    configuration = project.services / "supervisor.conf"
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)", "-c", str(configuration)]
    with subprocess.Popen(sleeping) as earlier:
        configuration.touch()
        (project.services / "supervisor.pid").write_text(str(earlier.pid))
        program = project.folder("tiny").path / "program.conf"
        program.touch()
        done = project.run(verb, None if verb == "launch" else "tiny")
        assert done.returncode == 0, done
        assert earlier.wait(timeout=60) != 0
    assert not list(project.services.glob("supervisor.*"))
    assert not program.exists()
    assert [process.pid for process in project.processes()] == ([] if verb == "stop" else [pid])


def _make_it_crash(project: TinyProject) -> None:
    service = project.folder("tiny").service
    service.write_text(service.read_text().replace('"plain"', '"crashing"'))


def _child_of(pid: int) -> Process:
    child = find_process(psutil.Process(pid).children()[0].pid)
    assert child is not None
    return child


def _cpu_seconds_of(process: Process) -> float:
    """What a process uses while nobody asks it anything; without its children."""
    watched = psutil.Process(process.pid)
    before = watched.cpu_times()
    time.sleep(_WATCHED_SECONDS)
    after = watched.cpu_times()
    return after.user + after.system - before.user - before.system


def _start_with(project: TinyProject, limit: str) -> subprocess.CompletedProcess[str]:
    definition = str(project.definition("tiny"))
    start = [sys.executable, "-P", "-m", "matcha_tui.services", "start", "tiny"]
    return subprocess.run(
        ["/bin/sh", "-c", f'{limit}; exec "$@"', "sh", *start, "--definition", definition],
        env=project.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
