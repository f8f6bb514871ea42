import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from matcha_tui.health_state import HealthState
from matcha_tui.services.health import check_services
from tests.services.tiny_project import TinyProject, get

_DIRECTORY_DEFINITION = 'title = "Folder"\n\n[health]\ndirectory = "{data}/bucket"\n'


def test_a_project_without_services_has_none_to_ask(tmp_path: Path) -> None:
    assert check_services(tmp_path / "none") == ()


def test_a_healthy_service_is_described(project: TinyProject) -> None:
    port = project.define("tiny")
    pid = project.start("tiny")
    found = project.health("tiny")
    assert found.state is HealthState.HEALTHY
    assert (found.pid, found.url) == (pid, f"http://127.0.0.1:{port}/version")
    assert found.supervised
    assert found.up_seconds is not None
    assert 0 <= found.up_seconds < 30


def test_somebody_elses_answer_does_not_count(project: TinyProject) -> None:
    port = project.define("tiny")
    project.define("other")
    project.set_port("other", port)
    project.start("other")
    project.run("prepare", "tiny")
    assert get(port, "/version") == "tiny 1.0"
    assert project.health("tiny").state is HealthState.DOWN


def test_a_wrong_body_is_unhealthy_once_the_start_is_over(project: TinyProject) -> None:
    project.define("tiny")
    project.start("tiny")
    path = project.folder("tiny").service
    service = json.loads(path.read_text())
    service["definition"]["check"] |= {"expect": "^other$", "start_seconds": 0}
    path.write_text(json.dumps(service))
    found = project.health("tiny")
    assert found.state is HealthState.UNHEALTHY
    assert found.detail.startswith("It runs, but another program answers there")


def test_services_that_do_not_answer_yet_are_starting_and_all_are_asked_at_once(
    project: TinyProject,
) -> None:
    for flavor in ("one", "two", "three"):
        project.define(flavor)
        project.start(flavor)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for flavor in ("one", "two", "three"):
            path = project.folder(flavor).service
            service = json.loads(path.read_text())
            service["definition"]["check"]["url"] = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            path.write_text(json.dumps(service))
        with ThreadPoolExecutor() as executor:
            at_once = executor.submit(_count_open_connections, silent, 3)
            found = check_services(project.services)
    assert {health.state for health in found} == {HealthState.STARTING}
    assert found[0].detail == "It is starting: no answer within 1 s."
    assert at_once.result() == 3


def _count_open_connections(listener: socket.socket, wanted: int) -> int:
    """Say how many of the clients that come are still there when the last one has come."""
    clients = [listener.accept()[0] for _ in range(wanted)]
    still_there = 0
    for client in clients:
        client.setblocking(False)
        try:
            while client.recv(4096):  # what it asks; nothing more when it has gone
                continue
        except BlockingIOError:
            still_there += 1
    for client in clients:  # none is answered, each gives up by itself
        with client:
            client.settimeout(60)
            while client.recv(4096):
                continue
    return still_there


def test_a_folder_is_healthy_when_it_can_be_written_to(project: TinyProject) -> None:
    project.definition("folder").write_text(_DIRECTORY_DEFINITION)
    assert project.run("prepare", "folder").returncode == 0
    assert project.health("folder").state is HealthState.HEALTHY
    assert project.run("start", "folder").returncode == 0
    (project.folder("folder").data / "bucket").rmdir()
    found = project.health("folder")
    assert found.state is HealthState.DOWN
    assert found.url is None


def test_a_damaged_service_file_is_a_sentence(project: TinyProject) -> None:
    project.folder("tiny").path.mkdir()
    project.folder("tiny").service.write_text("{")
    assert "is damaged" in project.health("tiny").detail


def test_asking_needs_no_uv() -> None:
    program = "import sys, matcha_tui.services.health as _;sys.exit('uv' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
