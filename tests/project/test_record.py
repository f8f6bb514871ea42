"""The file that says what is deployed."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import (
    VERSION,
    LayerRecord,
    LayerState,
    Record,
    format_record,
    parse_record,
    read_record,
    stamp,
    write_record,
)
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.system.files import write_atomically

RECORD = Record(
    target="local",
    modules={"data_version_control": "dvc"},
    settings={"experiment_tracker.port": 5001, "flag": True, "name": "tea"},
    fixed={"prefix": "tea"},
    layers={"services": LayerRecord(LayerState.WHOLE, "an id")},
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project without a deployment."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    return workspace


words = st.text(max_size=8)
values = st.one_of(words, st.booleans(), st.integers(-(2**53), 2**53))
records = st.builds(
    Record,
    target=words,
    modules=st.dictionaries(words, words, max_size=3),
    settings=st.dictionaries(words, values, max_size=3),
    fixed=st.dictionaries(words, values, max_size=3),
    backend=st.dictionaries(words, words, max_size=3),
    layers=st.dictionaries(
        words, st.builds(LayerRecord, st.sampled_from(LayerState), words), max_size=3
    ),
    digest=words,
    matcha=words,
    engine=words,
    run=words,
    changed=words,
    by=words,
)


@given(records)
def test_what_was_recorded_is_read_back(record: Record):
    found = parse_record(format_record(record))
    assert found == record
    assert [type(value) for value in found.settings.values()] == [
        type(value) for value in record.settings.values()
    ]
    assert list(found.layers) == list(record.layers)


def test_a_project_without_a_deployment_has_no_record(tmp_path: Path, workspace: Workspace):
    assert read_record(workspace) is None
    assert read_record(Workspace(tmp_path / "never made")) is None


def test_a_record_is_for_its_user_alone(workspace: Workspace):
    write_record(workspace, RECORD)
    assert read_record(workspace) == RECORD
    assert stat.S_IMODE(workspace.record_file.stat().st_mode) == 0o600


def test_a_record_is_written_whole_or_not_at_all(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    write_record(workspace, RECORD)

    def fail(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(MatchaError, match="disk is full"):
            write_record(workspace, replace(RECORD, target="azure"))
    assert read_record(workspace) == RECORD
    assert [path.name for path in workspace.directory.glob("*deployment*")] == ["deployment.json"]


def change(**fields: object) -> str:
    return json.dumps(json.loads(format_record(RECORD)) | fields)


DAMAGED = {
    "truncated": format_record(RECORD)[:60],
    "empty": "",
    "not UTF-8": b"\xff\xfe{}",
    "a list": "[]",
    "a number": "5",
    "endless": "[" * 100_000,
    "without a version": "{}",
    "a version that is none": change(version="one"),
    "modules as a list": change(modules=["dvc"]),
    "layers as a list": change(layers=["services"]),
    "a layer as a text": change(layers={"services": "whole"}),
    "an unknown state": change(layers={"services": {"state": "fine"}}),
    "settings as a text": change(settings="port"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_named_with_the_way_out(workspace: Workspace, content: str | bytes):
    write_atomically(workspace.record_file, content)
    with pytest.raises(MatchaError, match=r"deployment\.json is damaged") as caught:
        read_record(workspace)
    assert "Remove it: matcha then finds out from Terraform's state" in (caught.value.hint or "")


def test_a_folder_in_the_place_of_the_record_is_said(workspace: Workspace):
    workspace.record_file.mkdir()
    with pytest.raises(MatchaError, match=r"cannot read .*deployment\.json"):
        read_record(workspace)


@given(st.binary(max_size=40))
def test_whatever_the_file_holds_is_a_record_or_none(content: bytes):
    with pytest.raises(ValueError, match="no record"):
        parse_record(content)


def test_of_a_newer_record_is_read_what_identifies_the_deployment():
    newer = change(
        version=VERSION + 1,
        layers={"services": {"state": "upgrading", "lineage": "an id", "more": {}}},
        settings={"port": [1, 2], "name": "tea"},
        more=[1],
    )
    found = parse_record(newer)
    assert found.is_newer
    assert found.target == "local"
    assert found.modules == RECORD.modules
    assert found.settings == {"name": "tea"}
    assert found.layers["services"] == LayerRecord(LayerState.PARTIAL, "an id")
    assert not RECORD.is_newer


def test_a_stamp_says_who_when_and_in_which_run():
    stamped = stamp(RECORD, "a run")
    assert stamped.run == "a run"
    assert "@" in stamped.by
    again = stamp(stamped, "another run")
    assert again.changed >= stamped.changed
    assert replace(again, run="", changed="", by="") == RECORD
