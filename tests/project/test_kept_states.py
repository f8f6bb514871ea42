"""Which states are kept, which are let go, and what may take the place of which."""

import json
import stat
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.project.kept_states import (
    ERRORED_STATE,
    examine_state,
    find_errored,
    keep_state,
    list_kept,
    put_back,
    set_aside,
)
from matcha_tui.project.state import StateFacts, StateFault
from matcha_tui.project.workspace import Workspace, prepare_workspace

LAYER = "services"
OURS = "ours"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project with the folder of one layer."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    workspace.layer(LAYER).mkdir()
    return workspace


def document(serial: int, lineage: str = OURS, instances: int = 1) -> str:
    resources = [{"mode": "managed", "instances": [{}] * instances}]
    state = {"version": 4, "lineage": lineage, "serial": serial, "resources": resources}
    return json.dumps(state | {"terraform_version": "1.11.4"})


def write(workspace: Workspace, content: str, name: str = "terraform.tfstate") -> Path:
    path = workspace.layer(LAYER) / name
    path.write_text(content)
    return path


def keep(workspace: Workspace, *serials: int, lineage: str = OURS) -> None:
    for serial in serials:
        write(workspace, document(serial, lineage))
        keep_state(workspace, LAYER)


def serials(workspace: Workspace, lineage: str = "") -> list[int]:
    return [item.serial for item in list_kept(workspace, LAYER, lineage)]


def test_the_last_ten_are_kept_each_once_and_private(workspace: Workspace):
    keep(workspace, *range(1, 13), 12, 12)
    assert serials(workspace) == list(range(12, 2, -1))
    newest = list_kept(workspace, LAYER)[0]
    assert (newest.number, newest.path.read_text()) == (12, document(12))
    for path in (workspace.states, newest.path.parent, newest.path):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"version": 5}', document(3, instances=0)],
    ids=["nothing", "damaged", "newer", "without resources"],
)
def test_what_is_of_no_use_is_not_kept(workspace: Workspace, content: str):
    write(workspace, content)
    keep_state(workspace, LAYER)
    assert serials(workspace) == []


def test_no_state_is_no_fault(workspace: Workspace):
    keep_state(workspace, LAYER)
    assert examine_state(workspace, LAYER) == StateFacts(has_resources=False)


def test_two_states_with_one_serial_are_both_kept(workspace: Workspace):
    keep(workspace, 3)
    write(workspace, document(3, instances=2))
    keep_state(workspace, LAYER)
    assert serials(workspace) == [3, 3]


def test_files_of_other_names_are_left_alone(workspace: Workspace):
    keep(workspace, 1)
    others = [
        "notes.tfstate",
        "0001-serial-1-nohexnum-20261201T161053Z.tfstate",
        "replaced-x.tfstate",
    ]
    for name in [*others, "0001-serial-1-0123abcd-20269901T161053Z.tfstate"]:
        (workspace.states / LAYER / name).write_text("mine")
    keep(workspace, *range(2, 14))
    assert len(serials(workspace)) == 10
    assert all((workspace.states / LAYER / name).exists() for name in others)


def test_only_states_of_one_lineage_are_compared(workspace: Workspace):
    keep(workspace, 9, lineage="of before")
    keep(workspace, 2)
    assert serials(workspace, OURS) == [2]
    assert examine_state(workspace, LAYER, OURS).fault is None


def test_a_state_older_than_one_that_was_kept_is_found(workspace: Workspace):
    keep(workspace, 2, 5)
    write(workspace, document(4))
    facts = examine_state(workspace, LAYER, OURS)
    assert facts.fault is StateFault.OLDER
    assert facts.remedy.startswith("`matcha state restore` puts back number 2 (serial 5, kept ")


def test_the_way_out_leaves_out_what_cannot_be_read(workspace: Workspace):
    keep(workspace, 2, 5)
    list_kept(workspace, LAYER)[0].path.write_text("{")
    write(workspace, "{")
    assert "puts back number 1 (serial 2" in examine_state(workspace, LAYER, OURS).remedy


def test_terraforms_own_backup_is_named_where_nothing_was_kept(workspace: Workspace):
    write(workspace, "{")
    assert examine_state(workspace, LAYER, OURS).remedy == ""
    write(workspace, document(1, "of another"), "terraform.tfstate.backup")
    assert examine_state(workspace, LAYER, OURS).remedy == ""
    backup = write(workspace, document(1), "terraform.tfstate.backup")
    named = backup.relative_to(workspace.project)
    assert f"`matcha state restore {named}`" in examine_state(workspace, LAYER, OURS).remedy


def test_what_is_put_back_is_the_newest_from_then_on(workspace: Workspace):
    keep(workspace, 2, 5)
    damaged = write(workspace, "{")
    serial, aside = put_back(workspace, LAYER, list_kept(workspace, LAYER)[1].path)
    assert serial == 6
    assert json.loads(damaged.read_text()) == json.loads(document(2)) | {"serial": 6}
    assert stat.S_IMODE(damaged.stat().st_mode) == 0o600
    assert aside is not None
    assert aside.read_text() == "{"
    assert serials(workspace) == [6, 5, 2]
    assert examine_state(workspace, LAYER, OURS).fault is None


def test_a_readable_state_that_is_replaced_can_be_put_back_itself(workspace: Workspace):
    keep(workspace, 2)
    write(workspace, document(3))
    _, aside = put_back(workspace, LAYER, list_kept(workspace, LAYER)[0].path)
    assert aside is None
    assert serials(workspace) == [4, 3, 2]


@pytest.mark.parametrize("content", ["", "{", '{"version": 5, "lineage": "ours"}'])
def test_what_is_no_state_is_not_put_back(workspace: Workspace, content: str):
    own = write(workspace, document(1))
    source = write(workspace, content, "mine")
    with pytest.raises(MatchaError, match="mine"):
        put_back(workspace, LAYER, source)
    assert own.read_text() == document(1)


def test_what_is_set_aside_never_replaces_another(workspace: Workspace):
    contents = ["a", "b", "c"]
    for content in contents:
        write(workspace, content)
        set_aside(workspace, LAYER)
    found = (workspace.states / LAYER).glob("replaced-*.tfstate")
    assert sorted(path.read_text() for path in found) == contents
    assert set_aside(workspace, LAYER) is None


@pytest.mark.parametrize(
    ("present", "errored", "fits"),
    [
        (document(3), document(4), True),
        (document(3), document(3), False),
        (document(3), document(2), False),
        (document(3), document(9, "of another"), False),
        (document(3), "{", False),
        (document(3), "", False),
        ("{", document(4), True),
        ("{", document(4, "of another"), False),
        ("", document(4), True),
        ("", document(4, "of another"), False),
    ],
)
def test_only_a_later_state_of_ours_takes_the_place(
    workspace: Workspace, present: str, errored: str, fits: bool
):
    write(workspace, present)
    write(workspace, errored, ERRORED_STATE)
    assert (find_errored(workspace, LAYER, OURS) is not None) is fits
    if fits:
        assert examine_state(workspace, LAYER, OURS).serial == 4
