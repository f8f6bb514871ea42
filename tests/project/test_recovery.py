"""States are put right by a run's first steps, with a real Terraform where it has to push."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from matcha_tui.project.kept_states import list_kept
from matcha_tui.project.recovery import has_errored, main, recovery_command
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.environment import run_environment

LAYER = "services"
ROOT = {"resource": {"terraform_data": {"one": {"input": "tea"}}}}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project in which Terraform has made one resource."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    folder = workspace.layer(LAYER)
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(ROOT))
    for arguments in (["init"], ["apply", "-auto-approve"]):
        subprocess.run(
            [*find_engine().command, *arguments, "-no-color"],
            cwd=folder,
            env=run_environment(os.environ, None, {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    return workspace


def own(workspace: Workspace) -> Path:
    return workspace.layer(LAYER) / "terraform.tfstate"


def state(workspace: Workspace) -> dict[str, object]:
    return dict(json.loads(own(workspace).read_bytes()))


def leave_errored(workspace: Workspace, **fields: object) -> Path:
    path = workspace.layer(LAYER) / "errored.tfstate"
    path.write_text(json.dumps(state(workspace) | fields))
    return path


def said(output: bytes) -> str:
    (line,) = output.splitlines()
    found = json.loads(line)["diagnostic"]
    return f"{found['severity']}: {found['summary']}. {found['detail']}"


@pytest.mark.slow
def test_a_shared_state_is_pushed(workspace: Workspace, capfdbinary: pytest.CaptureFixture[bytes]):
    lineage = str(state(workspace)["lineage"])
    errored = leave_errored(workspace, serial=40)
    content = errored.read_bytes()
    assert has_errored(workspace, LAYER)
    arguments = ["push", str(workspace.project), LAYER, lineage, *find_engine().command]
    assert main(arguments) == 0
    assert state(workspace)["serial"] == 40
    assert not errored.exists()
    (copy,) = (workspace.states / LAYER).iterdir()
    assert copy.read_bytes() == content
    assert "could not save was put back" in said(capfdbinary.readouterr().out)
    leave_errored(workspace, serial=40)  # no newer than what is there
    assert main(arguments) == 0
    assert "is left alone" in said(capfdbinary.readouterr().out)


@pytest.mark.slow
def test_a_push_that_fails_is_an_error_and_loses_nothing(
    workspace: Workspace, capfdbinary: pytest.CaptureFixture[bytes]
):
    lineage = str(state(workspace)["lineage"])
    errored = leave_errored(workspace, serial=40)
    own(workspace).write_text("{")  # as a place that cannot be read
    arguments = ["push", str(workspace.project), LAYER, lineage, *find_engine().command]
    assert main(arguments) == 1
    assert errored.exists()
    assert "error: `state pull` failed" in said(capfdbinary.readouterr().out)


@pytest.mark.slow
def test_a_state_of_ones_own_is_put_back_by_the_step(workspace: Workspace):
    lineage = str(state(workspace)["lineage"])
    content = leave_errored(workspace, serial=40).read_bytes()
    own(workspace).write_text("{")
    command = recovery_command("put-back", workspace, LAYER, lineage)
    answer = subprocess.run(command, capture_output=True, check=True)
    assert "with serial 40. The damaged one is in" in said(answer.stdout)
    assert own(workspace).read_bytes() == content
    assert [item.serial for item in list_kept(workspace, LAYER)] == [40]


@pytest.mark.slow
def test_a_state_is_set_aside_for_a_destroy(workspace: Workspace):
    content = own(workspace).read_bytes()
    command = recovery_command("set-aside", workspace, LAYER, "")
    answer = subprocess.run(command, capture_output=True, check=True)
    assert "the destroy does without it" in said(answer.stdout)
    assert not own(workspace).exists()
    (copy,) = (workspace.states / LAYER).iterdir()
    assert copy.read_bytes() == content
