"""What is stopped stays stopped, is not taken for failed, and goes on with its data."""

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.services.pause import is_server, start_services, stop_services
from matcha_tui.services.ports import is_free
from tests.services.tiny_project import TinyProject, get


def test_a_stopped_service_gives_back_its_port_and_goes_on_with_its_data(project: TinyProject):
    port = project.define("tiny", "forking")
    project.start("tiny")
    folder, said = project.folder("tiny"), list[str]()
    (folder.data / "precious").write_text("x")
    stop_services([folder], said.append)
    assert not project.processes()
    assert is_free(port)
    health = project.health("tiny")
    assert (health.state, health.state.is_well) == (HealthState.STOPPED, True)
    start_services([folder], said.append)
    assert get(port, "/version") == "tiny 1.0"
    assert project.health("tiny").state is HealthState.HEALTHY
    assert (folder.data / "precious").exists()
    assert said[0] == "tiny: stopped"


def test_what_runs_is_left_alone(project: TinyProject):
    project.define("tiny")
    pid = project.start("tiny")
    start_services([project.folder("tiny")], lambda _line: None)
    assert project.start("tiny") == pid
    assert is_server(project.folder("tiny"))


def test_one_that_does_not_start_keeps_no_other_from_it(project: TinyProject):
    for name in ("sound", "broken"):
        project.define(name, "plain" if name == "sound" else "crashing")
        project.run("prepare", name)
        project.run("install", name)
    with pytest.raises(MatchaError, match="broken ended while it was starting"):
        start_services([project.folder("broken"), project.folder("sound")], lambda _line: None)
    assert project.health("sound").state is HealthState.HEALTHY
