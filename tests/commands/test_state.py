"""`matcha state`: what is listed, what is put back, and what is refused."""

import json
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode
from matcha_tui.project.kept_states import keep_state
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.record import LayerRecord, LayerState, Record, write_record
from matcha_tui.project.workspace import Workspace, prepare_workspace
from tests.command_line import DVC_ONLY
from tests.commands.in_process import MatchaHere

OURS, OTHERS = "ours", "of another"


def document(serial: int, lineage: str = OURS) -> str:
    resources = [{"mode": "managed", "instances": [{}, {}]}]
    return json.dumps({"version": 4, "lineage": lineage, "serial": serial, "resources": resources})


@pytest.fixture
def workspace(matcha_here: MatchaHere) -> Workspace:
    """A deployment with two kept states, whose present one is damaged."""
    workspace = Workspace(matcha_here.folder)
    prepare_workspace(workspace)
    workspace.config_file.write_text(DVC_ONLY)
    deploy(workspace, "local", {"services": LayerRecord(LayerState.WHOLE, OURS)})
    for serial in (3, 7):
        own(workspace).write_text(document(serial))
        keep_state(workspace, "services")
    own(workspace).write_text("{")
    return workspace


def deploy(workspace: Workspace, target: str, layers: dict[str, LayerRecord], **more: str) -> None:
    modules = {"data_version_control": "dvc"}
    write_record(workspace, Record(target, modules, layers=layers, backend=more))
    for layer in layers:
        workspace.layer(layer).mkdir(exist_ok=True)


def own(workspace: Workspace, layer: str = "services") -> Path:
    return workspace.layer(layer) / "terraform.tfstate"


def test_what_is_kept_is_listed(matcha_here: MatchaHere, workspace: Workspace):
    (kept, *_) = sorted((workspace.states / "services").iterdir())
    kept.write_text("{")
    first, second = matcha_here("state", "list").stdout.splitlines()
    assert first.split()[:4] == ["2", "services", "serial", "7"]
    assert first.endswith("2 resources")
    assert second.endswith("is damaged")
    found = json.loads(matcha_here("state", "list", "--output", "json").stdout)["states"]
    assert [(item["number"], item["serial"], item["fault"]) for item in found] == [
        (2, 7, None),
        (1, 3, "is damaged"),
    ]
    assert found[0]["lineage"] == OURS
    assert Path(found[1]["file"]) == kept


def test_nothing_is_kept_where_nothing_was_built(matcha_here: MatchaHere):
    answer = matcha_here("state", "list")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "No state is kept here" in answer.stderr
    refused = matcha_here("state", "restore", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "nothing is deployed in this folder, so no state is missing" in refused.stderr


def test_it_says_what_it_puts_back_and_asks(matcha_here: MatchaHere, workspace: Workspace):
    answer = matcha_here("state", "restore")
    assert answer.returncode == ExitCode.USAGE
    assert "services: number 2 (serial 7, kept " in answer.stderr
    assert "with 2 resources, instead of one that is damaged" in answer.stderr
    assert own(workspace).read_text() == "{"


@pytest.mark.parametrize("which", [None, "1", "NAME", "FILE"])
def test_the_newest_or_the_one_that_is_named_is_put_back(
    matcha_here: MatchaHere, workspace: Workspace, which: str | None
):
    (matcha_here.folder / "mine").write_text(document(5))
    names = sorted(path.name for path in (workspace.states / "services").iterdir())
    words = {None: (), "1": ("1",), "NAME": (names[0],), "FILE": ("mine",)}[which]
    answer = matcha_here("state", "restore", *words, "--yes")
    assert answer.returncode == 0, answer.stderr
    assert "its serial is now 8" in answer.stderr
    assert json.loads(own(workspace).read_text()) == json.loads(document(8))
    aside = [path for path in (workspace.states / "services").iterdir() if path.name not in names]
    assert "{" in {path.read_text() for path in aside}
    again = matcha_here("state", "restore", "--yes")
    assert again.returncode == ExitCode.REFUSED
    assert "Terraform's state is sound, and none that was kept is newer" in again.stderr


def test_a_state_of_another_deployment_is_put_back_only_when_told(
    matcha_here: MatchaHere, workspace: Workspace
):
    (matcha_here.folder / "mine").write_text(document(5, OTHERS))
    refused = matcha_here("state", "restore", "mine", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "is a state of another deployment" in refused.stderr
    assert own(workspace).read_text() == "{"
    told = matcha_here("state", "restore", "mine", "--yes", "--foreign")
    assert told.returncode == 0, told.stderr
    assert json.loads(own(workspace).read_text())["lineage"] == OTHERS
    assert "is another one than" not in matcha_here("destroy").stderr


def test_it_waits_for_no_run(matcha_here: MatchaHere, workspace: Workspace):
    with hold_lock(workspace, "provision"):
        refused = matcha_here("state", "restore", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "the project is locked" in refused.stderr
    assert own(workspace).read_text() == "{"


@pytest.mark.parametrize("which", ["9", "mine", "../x"])
def test_one_that_is_not_there_is_refused_with_those_that_are(
    matcha_here: MatchaHere, workspace: Workspace, which: str
):
    refused = matcha_here("state", "restore", which, "--yes")
    assert refused.returncode == ExitCode.USAGE
    assert "Kept: 2, 1." in refused.stderr


def test_a_file_that_is_no_state_is_not_put_back(matcha_here: MatchaHere, workspace: Workspace):
    (matcha_here.folder / "mine").write_text("tea")
    refused = matcha_here("state", "restore", "mine", "--yes")
    assert refused.returncode == ExitCode.FAILED
    assert "mine is damaged" in refused.stderr


def test_each_of_several_states_is_put_back_by_itself(
    matcha_here: MatchaHere, workspace: Workspace
):
    whole = LayerRecord(LayerState.WHOLE, OURS)
    deploy(workspace, "azure", {"foundation": whole, "platform": whole})
    for layer in ("foundation", "platform"):
        own(workspace, layer).write_text(document(2))
        keep_state(workspace, layer)
    unclear = matcha_here("state", "restore", "1", "--yes")
    assert unclear.returncode == ExitCode.USAGE
    assert "--layer foundation or --layer platform" in unclear.stderr
    assert matcha_here("state", "restore", "--layer", "roof").returncode == ExitCode.USAGE
    own(workspace, "platform").unlink()
    refused = matcha_here("destroy", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "`matcha state restore` puts back number 1" in refused.stderr
    assert "matcha destroy" not in refused.stderr
    assert matcha_here("state", "restore", "--yes").returncode == 0
    assert json.loads(own(workspace, "foundation").read_text())["serial"] == 2
    assert json.loads(own(workspace, "platform").read_text())["serial"] == 3


def test_a_shared_state_is_put_right_where_it_lies(matcha_here: MatchaHere, workspace: Workspace):
    layers = {"foundation": LayerRecord(LayerState.WHOLE, OURS)}
    deploy(workspace, "azure", layers, account="teastate", container="tfstate")
    refused = matcha_here("state", "restore", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    assert "earlier version of LAYER.tfstate" in refused.stderr
    assert "account teastate, container tfstate" in refused.stderr
    destroy = matcha_here("destroy", "--yes")
    assert "Restore foundation.tfstate from one of its versions" in destroy.stderr
    assert "account teastate" in destroy.stderr
