"""A next root takes the place of the one before it, wherever that is interrupted."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.staging import (
    activate_next,
    begin_next,
    discard_next,
    finish_moving,
    record_plan,
    refuse_outdated,
    store_decisions,
)
from matcha_tui.project.workspace import Workspace, prepare_workspace

LAYER = "services"
STATES = ("terraform.tfstate", "terraform.tfstate.backup", ".terraform.tfstate.lock.info")


class Stopped(BaseException):
    """What stands for a process that is killed: nothing cleans up after it."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A project in which a layer is deployed."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    write(
        workspace.layer(LAYER),
        {
            "main.tf.json": "built",
            "import.tf.json": "built, and no longer wanted",
            "modules/a/main.tf": "built",
            "modules/old/main.tf": "built, and no longer wanted",
            ".terraform.lock.hcl": "locked",
            ".terraform/providers/one": "a provider",
            ".terraform/modules/modules.json": "built",
            **dict.fromkeys(STATES, "what runs"),
            "shared.tfstate": "what a colleague runs",
        },
    )
    return workspace


FOLLOWING = {
    "main.tf.json": "next",
    "terraform.tfvars.json": "next",
    "modules/a/main.tf": "next",
    "modules/new/main.tf": "next",
    ".terraform/modules/modules.json": "next",
}
PLACED = {
    **FOLLOWING,
    ".terraform.lock.hcl": "locked",
    ".terraform/providers/one": "a provider",
    **dict.fromkeys(STATES, "what runs"),
    "shared.tfstate": "what a colleague runs",
}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def read(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def prepare(workspace: Workspace) -> Path:
    """Compose and plan a next root, with a decision to keep."""
    following = begin_next(workspace, LAYER)
    write(following, FOLLOWING)
    write(following, {"terraform.tfstate.backup": "of the plan", "terraform.tfstate": "planned"})
    store_decisions(following, {kept(workspace): {"port": 5001, "password": "green tea"}})
    record_plan(workspace, [LAYER], "a plan")
    return following


def kept(workspace: Workspace) -> Path:
    return workspace.services / "mlflow/values.json"


def test_a_next_root_has_the_state_and_the_providers_to_plan_with(workspace: Workspace):
    before = read(workspace.layer(LAYER))
    following = begin_next(workspace, LAYER)
    assert read(following) == {
        "terraform.tfstate": "what runs",
        ".terraform.lock.hcl": "locked",
        ".terraform/providers/one": "a provider",
    }
    assert stat.S_IMODE(following.stat().st_mode) == 0o700
    assert read(workspace.layer(LAYER)) == before


def test_a_first_root_begins_empty(tmp_path: Path):
    workspace = Workspace(tmp_path)
    assert read(begin_next(workspace, LAYER)) == {}


def test_nothing_is_left_of_a_next_root_that_was_never_applied(workspace: Workspace):
    prepare(workspace)
    assert "main.tf.json" not in read(begin_next(workspace, LAYER))
    discard_next(workspace, LAYER)
    assert not workspace.next_layer(LAYER).exists()
    discard_next(workspace, LAYER)


def test_planning_changes_nothing_that_is_deployed(workspace: Workspace):
    before = read(workspace.layer(LAYER))
    prepare(workspace)
    assert read(workspace.layer(LAYER)) == before
    assert not kept(workspace).exists()


def test_a_root_that_is_put_in_place_replaces_all_but_the_states(workspace: Workspace):
    prepare(workspace)
    activate_next(workspace, LAYER)
    assert read(workspace.layer(LAYER)) == PLACED
    assert not workspace.next_layer(LAYER).exists()


def test_decisions_are_written_when_their_root_is_put_in_place_and_privately(workspace: Workspace):
    prepare(workspace)
    activate_next(workspace, LAYER)
    assert json.loads(kept(workspace).read_text()) == {"port": 5001, "password": "green tea"}
    assert stat.S_IMODE(kept(workspace).stat().st_mode) == 0o600


def test_without_a_next_root_nothing_is_put_in_place(workspace: Workspace):
    before = read(workspace.layer(LAYER))
    activate_next(workspace, LAYER)
    finish_moving(workspace, LAYER)
    assert read(workspace.layer(LAYER)) == before


def test_an_empty_next_root_replaces_nothing(workspace: Workspace):
    """As one that was only begun, or of which only the folder could not be removed."""
    before = read(workspace.layer(LAYER))
    workspace.next_layer(LAYER).mkdir()
    activate_next(workspace, LAYER)
    assert read(workspace.layer(LAYER)) == before


def test_a_first_root_is_put_in_place(tmp_path: Path):
    workspace = Workspace(tmp_path)
    write(begin_next(workspace, LAYER), FOLLOWING)
    activate_next(workspace, LAYER)
    assert read(workspace.layer(LAYER)) == FOLLOWING


CHANGING_CALLS = ("rename", "replace", "unlink", "rmdir", "mkdir", "open")


@contextmanager
def stopped_at(number: int) -> Iterator[Callable[[], bool]]:
    """Stop before the n-th call that changes the disk, as a kill would; say whether it came."""
    count = 0

    def stopping(call: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count >= number:  # a killed process does not clean up either
                raise Stopped
            return call(*arguments, **named)

        return called

    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGING_CALLS:
            real = getattr(os, name)
            if name == "open":
                patch.setattr(os, name, only_for_writing(real, stopping(real)))
            else:
                patch.setattr(os, name, stopping(real))
        yield lambda: count >= number


def only_for_writing(real: Callable[..., int], stopping: Callable[..., object]) -> object:
    def opened(path: object, flags: int, *arguments: object, **named: object) -> object:
        is_writing = flags & (os.O_WRONLY | os.O_RDWR)
        return (stopping if is_writing else real)(path, flags, *arguments, **named)

    return opened


def test_wherever_it_is_interrupted_it_is_finished_later(workspace: Workspace, tmp_path: Path):
    """The n-th call that changes the disk does not come about any more, for every n."""
    whole = tmp_path / "whole"
    prepare(workspace)
    workspace.infrastructure.rename(whole)
    number, was_stopped = 0, True
    while was_stopped:
        number += 1
        shutil.rmtree(workspace.infrastructure, ignore_errors=True)
        shutil.copytree(whole, workspace.infrastructure)
        kept(workspace).unlink(missing_ok=True)
        before = read(workspace.layer(LAYER))
        with stopped_at(number) as has_stopped:
            with suppress(Stopped):
                activate_next(workspace, LAYER)
            was_stopped = has_stopped()
        now = read(workspace.layer(LAYER))
        assert {name: now.get(name) for name in (*STATES, "shared.tfstate")} == {
            name: before[name] for name in (*STATES, "shared.tfstate")
        }, f"a state is lost at {number}"
        finish_moving(workspace, LAYER)
        found = read(workspace.layer(LAYER))
        assert found in (before, PLACED), f"neither the one nor the other at {number}"
        assert kept(workspace).exists() is (found == PLACED), f"decisions at {number}"
        activate_next(workspace, LAYER)
        assert read(workspace.layer(LAYER)) == PLACED, f"not in place at {number}"
        assert kept(workspace).exists()
        begin_next(workspace, LAYER)
        assert read(workspace.layer(LAYER)) == PLACED
    assert number > 20


def test_a_next_root_is_begun_whatever_an_interrupted_run_left(workspace: Workspace):
    prepare(workspace)
    with stopped_at(12), pytest.raises(Stopped):
        activate_next(workspace, LAYER)
    assert "terraform.tfvars.json" not in read(begin_next(workspace, LAYER))
    assert read(workspace.layer(LAYER)) == PLACED


def test_a_plan_is_applied_once(workspace: Workspace):
    prepare(workspace)
    refuse_outdated(workspace, LAYER, "a plan")
    activate_next(workspace, LAYER)
    with pytest.raises(MatchaError, match="out of date") as caught:
        refuse_outdated(workspace, LAYER, "a plan")
    assert caught.value.exit_code is ExitCode.REFUSED


@pytest.mark.parametrize("is_noted", [True, False], ids=["planned", "composed by another run"])
def test_a_plan_is_out_of_date_once_another_was_begun(workspace: Workspace, is_noted: bool):
    prepare(workspace)
    begin_next(workspace, LAYER)
    if is_noted:
        record_plan(workspace, [LAYER], "another plan")
        refuse_outdated(workspace, LAYER, "another plan")
    with pytest.raises(MatchaError, match="out of date"):
        refuse_outdated(workspace, LAYER, "a plan")


def test_a_plan_is_out_of_date_once_its_root_is_on_the_way(workspace: Workspace):
    """As after a kill in the middle: what remains of the root is not the one that was planned."""
    prepare(workspace)
    with stopped_at(9), pytest.raises(Stopped):
        activate_next(workspace, LAYER)
    with pytest.raises(MatchaError, match="out of date"):
        refuse_outdated(workspace, LAYER, "a plan")


def test_a_plan_of_a_folder_that_was_never_planned_in_is_out_of_date(workspace: Workspace):
    with pytest.raises(MatchaError, match="out of date"):
        refuse_outdated(workspace, LAYER, "a plan")
