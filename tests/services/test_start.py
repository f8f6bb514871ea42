import socket
from pathlib import Path

from matcha_tui.services.ports import is_free
from matcha_tui.services.supervisor import is_supervised
from tests.services.tiny_project import SECRET, TinyProject, get
from tests.waiting import wait_for


def test_a_started_service_answers_and_says_where(project: TinyProject) -> None:
    port = project.define("tiny")
    done = project.run("start", "tiny")
    assert done.returncode == 0, done
    assert f"tiny: healthy at http://127.0.0.1:{port}/version" in done.stdout
    assert get(port, "/version") == "tiny 1.0"


def test_a_service_gets_its_variables_and_a_clean_environment(project: TinyProject) -> None:
    port = project.define("tiny")
    assert project.run("start", "tiny", PYTHONDONTWRITEBYTECODE="1", ARM_KEY="x").returncode == 0
    environment = get(port, "/environment").splitlines()
    assert f"TINY_PASSWORD={SECRET}" in environment
    names = {line.partition("=")[0] for line in environment}
    assert not names & {"PYTHONDONTWRITEBYTECODE", "ARM_KEY", "VIRTUAL_ENV"}
    assert Path(get(port, "/directory")) == project.folder("tiny").data


def test_starting_a_running_service_leaves_it_alone(project: TinyProject) -> None:
    project.define("tiny")
    pid = project.start("tiny")
    assert project.start("tiny") == pid


def test_a_changed_port_restarts_the_service_and_keeps_its_data(project: TinyProject) -> None:
    old = project.define("tiny")
    pid = project.start("tiny")
    (project.folder("tiny").data / "precious").write_text("x")
    new = project.define("tiny")
    assert project.start("tiny") != pid
    assert get(new, "/version") == "tiny 1.0"
    assert is_free(old)
    assert (project.folder("tiny").data / "precious").exists()


def test_a_stopped_service_is_gone_and_stopping_again_is_fine(project: TinyProject) -> None:
    port = project.define("tiny", "forking")
    project.start("tiny")
    for _ in range(2):
        assert project.run("stop", "tiny").returncode == 0
        assert not project.processes()
        assert is_free(port)
    assert project.health("tiny").state == "down"


def test_a_service_is_stopped_without_a_supervisor_too(project: TinyProject) -> None:
    project.define("tiny", "forking")
    project.start("tiny")
    project.kill_supervisor("tiny")
    assert project.run("stop", "tiny").returncode == 0
    assert not project.processes()


def test_a_taken_port_is_named_with_its_holder_and_setting(project: TinyProject) -> None:
    port = project.define("tiny", "polite")
    with socket.create_server(("127.0.0.1", port)):
        done = project.run("start", "tiny")
    assert done.returncode == 1
    assert done.stderr.startswith(f"matcha: tiny: port {port} is taken by python")
    assert "choose another port for tiny" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_taken_at_the_last_moment_is_named_too(project: TinyProject) -> None:
    port = project.define("tiny", "polite")
    # Held without listening, it passes for ours until the service has given up on it.
    with project.begin("start", "tiny") as starting:
        wait_for(lambda: project.folder("tiny").supervisor.exists())
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", port))
            thief.listen()
            _, errors = starting.communicate(timeout=60)
    assert f"port {port} is taken by python" in errors
    assert not project.processes()


def test_a_service_that_crashes_at_once_fails_with_its_last_words(project: TinyProject) -> None:
    project.define("tiny", "crashing")
    done = project.run("start", "tiny")
    assert done.returncode == 1
    assert "tiny | I cannot go on" in done.stdout
    assert done.stderr.startswith(
        "matcha: tiny ended while it was starting; it said last: I cannot"
    )
    assert not is_supervised(project.folder("tiny"))  # and is not tried any more


def test_a_service_that_never_answers_fails_in_time_and_is_stopped(project: TinyProject) -> None:
    project.define("tiny", "silent", start_seconds=1)
    done = project.run("start", "tiny")
    assert done.returncode == 1
    assert "tiny was not healthy within 1 s: nothing listens there" in done.stderr
    assert not project.processes()


def test_services_start_side_by_side(project: TinyProject) -> None:
    flavors = [f"tiny{number}" for number in range(4)]
    ports = [project.define(flavor) for flavor in flavors]
    starting = [project.begin("start", flavor) for flavor in flavors]
    for process in starting:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, (output, errors)
    assert [get(port, "/version") for port in ports] == ["tiny 1.0"] * 4
    assert {project.health(flavor).supervised for flavor in flavors} == {True}


def test_a_missing_setting_is_named(project: TinyProject) -> None:
    project.define("tiny")
    project.folder("tiny").values.write_text('{"port": 1}')
    done = project.run("start", "tiny")
    assert done.returncode == 1
    assert "values.json has no value for password" in done.stderr
    assert "Traceback" not in done.stderr
