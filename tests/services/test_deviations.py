"""What of a service somebody has changed is seen, and whether a repair puts it right."""

import json
import os
import signal

import pytest

from matcha_tui.services.deviations import ServiceDeviation, find_deviations
from tests.services.tiny_project import TinyProject
from tests.waiting import wait_for


@pytest.fixture
def tiny(project: TinyProject) -> TinyProject:
    """A project whose tiny server runs."""
    project.define("tiny")
    assert project.run("prepare", "tiny").returncode == 0
    project.folder("tiny").values.chmod(0o600)
    environment = project.folder("tiny").environment
    (environment / "bin").mkdir(parents=True)
    project.start("tiny")
    return project


def found(project: TinyProject) -> dict[str, ServiceDeviation]:
    """Return each deviation by what it says, but for the environment that tiny has none of."""
    items = find_deviations(project.folder("tiny"), project.definition("tiny"))
    return {item.text: item for item in items if item.part != "environment"}


def test_what_is_as_it_was_deployed_has_none(tiny: TinyProject) -> None:
    assert found(tiny) == {}
    content = json.loads(tiny.folder("tiny").service.read_text())
    del content["definition"]["server"]["migrates"]  # as an earlier version wrote it
    tiny.folder("tiny").service.write_text(json.dumps(content, indent=2))
    assert not [text for text in found(tiny) if "is not what was deployed" in text]


def test_an_edited_file_is_told_with_who_and_when(tiny: TinyProject) -> None:
    service = tiny.folder("tiny").service
    service.write_text(service.read_text().replace('"plain"', '"polite"'))
    edited = found(tiny)[f"{service} is not what was deployed"]
    assert edited.who.startswith("by ")
    assert edited.part == "service"
    running = found(tiny)[f"process {tiny.pid('tiny')} runs with other settings than were deployed"]
    assert running.part == "service"


def test_secrets_that_others_can_read_are_told(tiny: TinyProject) -> None:
    values = tiny.folder("tiny").values
    values.chmod(0o644)
    assert f"{values} holds secrets, and others can read it" in found(tiny)


def test_a_process_that_is_gone_or_watched_by_nobody_is_told(tiny: TinyProject) -> None:
    pid = tiny.pid("tiny")
    tiny.kill_supervisor("tiny")
    assert found(tiny)[f"nothing watches over process {pid}"].part == "supervisor"
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: "it does not run" in found(tiny))


def test_what_was_stopped_is_no_deviation_and_a_folder_that_is_gone_is(tiny: TinyProject) -> None:
    assert tiny.run("stop", "tiny").returncode == 0
    tiny.folder("tiny").stopped.write_text("")
    assert found(tiny) == {}
    data = tiny.folder("tiny").data
    data.rename(data.with_name("elsewhere"))
    assert found(tiny)[f"its folder {data} is gone"].part == "storage"
