import os

import psutil

from matcha_tui.services.ports import is_free
from matcha_tui.services.processes import is_alive, read_leader
from matcha_tui.services.programs import program_state
from matcha_tui.services.service import render_service
from matcha_tui.services.supervisor_files import SupervisorFiles
from tests.services.tiny_project import TinyProject, get
from tests.waiting import wait_for


def test_a_killed_service_is_healthy_again_within_seconds(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    psutil.Process(pid).kill()
    assert project.wait_until_healthy("tiny", other_than=pid).supervised


def test_a_killed_parent_whose_child_keeps_the_port_is_repaired(project: TinyProject) -> None:
    port = project.define("tiny", "forking")
    pid = project.start("tiny")
    child = psutil.Process(pid).children()[0]
    psutil.Process(pid).kill()
    project.wait_until_healthy("tiny", other_than=pid)
    assert not is_alive(child.pid)
    assert get(port, "/version") == "tiny 1.0"


def test_a_killed_child_ends_in_a_healthy_service(project: TinyProject) -> None:
    project.define("tiny", "forking")
    pid = project.start("tiny")
    child = psutil.Process(pid).children()[0]
    child.kill()
    wait_for(lambda: not is_alive(child.pid))
    assert project.wait_until_healthy("tiny").state == "healthy"


def test_services_outlive_their_supervisor_and_are_taken_over(project: TinyProject) -> None:
    project.define("one")
    port = project.define("two")
    killed, untouched = project.start("one"), project.start("two")
    project.kill_supervisor()
    assert not project.health("two").supervised
    psutil.Process(killed).kill()
    wait_for(lambda: not is_alive(killed))
    assert project.run("launch").returncode == 0
    assert project.start("one") != killed
    wait_for(lambda: project.health("two").supervised)
    assert project.pid("two") == untouched
    assert get(port, "/version") == "tiny 1.0"


def test_a_parent_that_only_has_a_supervisors_recorded_number_supervises_nothing(
    project: TinyProject,
) -> None:
    # So it is in the instant in which a killed supervisor still is its services' parent.
    project.define("tiny")
    render_service(project.folder("tiny"), project.definition("tiny"))
    SupervisorFiles(project.services).pid.write_text(str(os.getpid()))
    with project.begin("supervise", "tiny") as service:
        wait_for(lambda: project.health("tiny").pid)
        assert not project.health("tiny").supervised
        service.kill()


def test_a_service_that_was_taken_over_is_started_again_when_it_dies(
    project: TinyProject,
) -> None:
    project.define("tiny", "forking")
    pid = project.start("tiny")
    project.kill_supervisor()
    project.run("launch")
    wait_for(lambda: project.health("tiny").supervised)
    psutil.Process(pid).kill()
    assert project.wait_until_healthy("tiny", other_than=pid).supervised


def test_what_stands_in_for_a_killed_supervisor_ends_with_the_one_that_started_it(
    project: TinyProject,
) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    project.kill_supervisor()
    project.run("launch")
    wait_for(lambda: project.health("tiny").supervised)
    leader = read_leader(project.folder("tiny"))
    assert leader is not None
    assert leader.keeper is not None
    project.kill_supervisor()
    wait_for(lambda: not is_alive(leader.keeper or 0))  # or it would start the service, too
    assert project.pid("tiny") == pid


def test_a_service_that_was_taken_over_is_stopped_like_any(project: TinyProject) -> None:
    port = project.define("tiny", "forking")
    project.start("tiny")
    project.kill_supervisor()
    project.run("launch")
    wait_for(lambda: project.health("tiny").supervised)
    assert project.run("stop", "tiny").returncode == 0
    assert not project.processes()
    assert is_free(port)
    assert project.supervisor().is_running()


def test_a_service_goes_on_writing_its_log_without_a_supervisor(project: TinyProject) -> None:
    port = project.define("tiny")
    project.start("tiny")
    project.kill_supervisor()
    before = project.folder("tiny").log.stat().st_size
    get(port, "/directory")
    wait_for(lambda: project.folder("tiny").log.stat().st_size > before)


def test_between_crashes_there_is_a_pause(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    crashing = project.folder("tiny").service
    crashing.write_text(crashing.read_text().replace('"plain"', '"crashing"'))
    psutil.Process(pid).kill()

    def has_crashed() -> bool:
        project.wake_supervisor("tiny")
        return "I cannot go on" in project.folder("tiny").log.read_text()

    wait_for(has_crashed)
    wait_for(lambda: program_state(project.folder("tiny")) == "BACKOFF")
