"""What a run writes down, step by step: the program that its steps call."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode
from matcha_tui.project.record import (
    LayerRecord,
    LayerState,
    Record,
    read_record,
    write_record,
)
from matcha_tui.project.recording import main, propose_record, recording_command
from matcha_tui.project.staging import begin_next
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.terraform.cancel import CancelRequest, write_request
from matcha_tui.terraform.folder import RUN_CODE

APPLYING, WHOLE, PARTIAL, GONE = (
    LayerState.APPLYING,
    LayerState.WHOLE,
    LayerState.PARTIAL,
    LayerState.GONE,
)
FIRST, SECOND = "foundation", "platform"
PROPOSED = Record("azure", {"data_version_control": "dvc"}, settings={"node_size": "big"})

Act = Callable[..., int]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project without a deployment."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    for name in (FIRST, SECOND):
        workspace.layer(name).mkdir()
    return workspace


@pytest.fixture
def run(workspace: Workspace) -> Path:
    """The folder of a run that builds two layers of which nothing is there."""
    return make_run(workspace, "a run", {FIRST: LayerRecord(), SECOND: LayerRecord()})


def make_run(workspace: Workspace, name: str, layers: Mapping[str, LayerRecord]) -> Path:
    folder = workspace.runs / name
    folder.mkdir()
    propose_record(folder, replace(PROPOSED, layers=layers))
    return folder


@pytest.fixture
def act(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Act:
    """Does one act of a run that has so far ended with an exit code."""

    def do(name: str, run: Path, layer: str = FIRST, code: int = 0) -> int:
        monkeypatch.setenv(RUN_CODE, str(code))
        return main([name, str(workspace.project), str(run), layer])

    return do


def found(workspace: Workspace) -> Record:
    record = read_record(workspace)
    assert record is not None
    return record


def layers(workspace: Workspace) -> dict[str, LayerState]:
    return {name: layer.state for name, layer in found(workspace).layers.items()}


def give_state(workspace: Workspace, layer: str = FIRST, lineage: str = "an id") -> None:
    """Have Terraform manage something."""
    resources = [{"mode": "managed", "instances": [{}]}]
    state = {"version": 4, "lineage": lineage, "resources": resources}
    (workspace.layer(layer) / "terraform.tfstate").write_text(json.dumps(state))


def test_what_is_built_is_recorded_before_and_after(workspace: Workspace, run: Path, act: Act):
    (begin_next(workspace, FIRST) / "main.tf.json").write_text("next")
    assert act("build", run) == 0
    assert layers(workspace) == {FIRST: APPLYING, SECOND: GONE}
    assert found(workspace).settings == {"node_size": "big"}
    assert found(workspace).run == "a run"
    assert (workspace.layer(FIRST) / "main.tf.json").read_text() == "next"
    give_state(workspace)
    assert act("settle-build", run) == 0
    assert found(workspace).layers[FIRST] == LayerRecord(WHOLE, "an id")
    assert layers(workspace)[SECOND] is GONE


def test_it_is_recorded_before_the_root_is_put_in_place(
    workspace: Workspace, run: Path, act: Act, capfdbinary: pytest.CaptureFixture[bytes]
):
    begin_next(workspace, FIRST)
    (workspace.next_layer(FIRST) / ".moving").mkdir()  # so that it cannot be
    assert act("build", run) == ExitCode.FAILED
    assert layers(workspace)[FIRST] is APPLYING
    event = json.loads(capfdbinary.readouterr().out)
    assert event["diagnostic"]["summary"].startswith("cannot write")


def test_a_step_calls_the_program(workspace: Workspace, run: Path):
    finished = subprocess.run(
        recording_command("build", workspace, run, FIRST),
        env=os.environ | {RUN_CODE: "0"},
        cwd=workspace.project,
        capture_output=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, b"", b"")
    assert layers(workspace)[FIRST] is APPLYING


def test_a_layer_without_resources_has_no_lineage(workspace: Workspace, run: Path, act: Act):
    act("build", run)
    state = {"version": 4, "lineage": "an id", "resources": []}
    (workspace.layer(FIRST) / "terraform.tfstate").write_text(json.dumps(state))
    act("settle-build", run)
    assert found(workspace).layers[FIRST] == LayerRecord(WHOLE)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_failed_apply_leaves_what_terraform_has(
    workspace: Workspace, run: Path, act: Act, is_there: bool
):
    act("build", run)
    if is_there:
        give_state(workspace)
    act("settle-build", run, code=1)
    assert layers(workspace)[FIRST] is (PARTIAL if is_there else GONE)


def test_an_apply_that_was_killed_is_never_gone(workspace: Workspace, run: Path, act: Act):
    act("build", run)
    write_request(run, CancelRequest.FORCE)
    act("settle-build", run, code=137)
    assert layers(workspace)[FIRST] is PARTIAL


@pytest.mark.parametrize("before", [PARTIAL, APPLYING, WHOLE], ids=str)
def test_what_may_have_been_there_before_is_not_gone_for_a_failure(
    workspace: Workspace, act: Act, before: LayerState
):
    """As after a kill: what it made is not in Terraform's state."""
    known = {FIRST: LayerRecord(before), SECOND: LayerRecord()}
    write_record(workspace, replace(PROPOSED, layers=known, run="another run"))
    run = make_run(workspace, "a run", known)
    act("build", run)
    act("settle-build", run, code=1)
    assert layers(workspace)[FIRST] is PARTIAL


@pytest.mark.parametrize("before", LayerState, ids=str)
def test_a_run_that_did_not_come_to_its_apply_changes_nothing(
    workspace: Workspace, act: Act, before: LayerState
):
    known = {FIRST: LayerRecord(before, "an id"), SECOND: LayerRecord()}
    write_record(workspace, replace(PROPOSED, layers=known, run="another run"))
    run = make_run(workspace, "a run", known)
    written = found(workspace)
    assert act("settle-build", run, code=1) == 0
    assert act("settle-destroy", run, code=1) == 0
    assert found(workspace) == written


def test_a_first_run_whose_plan_fails_records_nothing(
    workspace: Workspace, run: Path, act: Act, capfdbinary: pytest.CaptureFixture[bytes]
):
    assert act("settle-build", run, code=1) == 0
    assert read_record(workspace) is None
    assert capfdbinary.readouterr().out == b""


def test_layers_that_a_run_has_not_reached_stay_as_they_were(workspace: Workspace, act: Act):
    known = {FIRST: LayerRecord(WHOLE, "one"), SECOND: LayerRecord(WHOLE, "two")}
    write_record(workspace, replace(PROPOSED, layers=known))
    run = make_run(workspace, "a run", {FIRST: LayerRecord(), SECOND: LayerRecord()})
    act("build", run)
    assert found(workspace).layers == {
        FIRST: LayerRecord(APPLYING, "one"),
        SECOND: LayerRecord(WHOLE, "two"),
    }


@pytest.mark.parametrize("name", ["build", "unbuild"])
def test_what_a_killed_run_left_is_not_taken_for_this_runs(
    workspace: Workspace, act: Act, name: str
):
    known = {FIRST: LayerRecord(WHOLE, "one"), SECOND: LayerRecord(APPLYING)}
    write_record(workspace, replace(PROPOSED, layers=known, run="a killed run"))
    run = make_run(workspace, "a run", known)
    act(name, run)
    assert layers(workspace) == {FIRST: APPLYING, SECOND: PARTIAL}
    act("settle-build", run, SECOND, code=1)  # of this run, whose plan of it has failed
    assert layers(workspace)[SECOND] is PARTIAL


def test_a_destroy_is_recorded_layer_by_layer(workspace: Workspace, run: Path, act: Act):
    known = {FIRST: LayerRecord(WHOLE, "one"), SECOND: LayerRecord(WHOLE, "two")}
    write_record(workspace, replace(PROPOSED, layers=known))
    act("unbuild", run, SECOND)
    assert layers(workspace) == {FIRST: WHOLE, SECOND: APPLYING}
    act("settle-destroy", run, SECOND)
    assert found(workspace).layers[SECOND] == LayerRecord(GONE)
    act("unbuild", run, FIRST)
    act("settle-destroy", run, FIRST, code=1)
    assert found(workspace).layers[FIRST] == LayerRecord(PARTIAL, "one")


def test_a_destroy_that_fails_early_leaves_the_other_layers_whole(
    workspace: Workspace, run: Path, act: Act
):
    known = {FIRST: LayerRecord(WHOLE, "one"), SECOND: LayerRecord(WHOLE, "two")}
    write_record(workspace, replace(PROPOSED, layers=known))
    act("unbuild", run, SECOND)
    act("settle-destroy", run, SECOND, code=1)
    act("settle-destroy", run, FIRST, code=1)  # never begun
    assert layers(workspace) == {FIRST: WHOLE, SECOND: PARTIAL}


@pytest.mark.parametrize("name", ["unbuild", "settle-build", "settle-destroy"])
def test_a_record_that_was_removed_during_the_run_is_said(
    workspace: Workspace,
    run: Path,
    act: Act,
    name: str,
    capfdbinary: pytest.CaptureFixture[bytes],
):
    act("build", run)
    workspace.record_file.unlink()
    assert act(name, run) == ExitCode.FAILED
    event = json.loads(capfdbinary.readouterr().out)
    assert "is missing: somebody has removed it" in event["diagnostic"]["summary"]
