"""A private folder is believed when matcha has made it here, for this user."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from matcha_tui.project.origin import find_doubt, is_tracked, sign
from matcha_tui.project.workspace import Workspace, prepare_workspace


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state/matcha-tui"


@pytest.fixture
def folder(tmp_path: Path, state: Path) -> Path:
    """A private folder that matcha has made, with something in it."""
    workspace = Workspace(tmp_path / "project")
    workspace.project.mkdir()
    prepare_workspace(workspace)
    (workspace.layer("services") / "modules").mkdir(parents=True)
    return workspace.directory


def test_one_that_matcha_has_made_is_believed_wherever_it_is_moved(folder: Path, state: Path):
    assert find_doubt(folder) == ""
    assert stat.S_IMODE((state / "origin.key").stat().st_mode) == 0o600
    moved = folder.parent.rename(folder.parents[1] / "moved") / folder.name
    assert find_doubt(moved) == ""


def test_one_of_a_stranger_is_not_until_it_is_signed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    prepare_workspace(Workspace(folder.parent))  # as every command does that changes something
    assert "was not made on this machine" in find_doubt(folder)
    sign(folder)
    assert find_doubt(folder) == ""


@pytest.mark.parametrize("forged", ["", "word", "word 00", "ä", "\0 \0"])
def test_a_forged_signature_is_none(folder: Path, forged: str):
    (folder / "origin").write_text(forged)
    assert "was not made on this machine" in find_doubt(folder)


def test_one_with_nothing_to_run_is_signed_and_one_with_links_is_not(tmp_path: Path, state: Path):
    for name in ("plain", "linked"):
        (tmp_path / name / ".matcha/runs").mkdir(parents=True)
    (tmp_path / "linked/.matcha/services").symlink_to(tmp_path)
    for name, doubted in (("plain", False), ("linked", True)):
        workspace = Workspace(tmp_path / name)
        assert bool(find_doubt(workspace.directory)) == doubted
        prepare_workspace(workspace)
        (workspace.runs / "a run").mkdir()
        assert bool(find_doubt(workspace.directory)) == doubted


def test_one_of_another_user_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    owner = folder.stat().st_uid
    if owner == 0:
        os.chown(folder, 4242, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 4242)
    assert "belongs to another user" in find_doubt(folder)


def test_git_is_asked_without_what_a_repository_names_to_be_run(folder: Path, tmp_path: Path):
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=folder.parent, check=True, capture_output=True)

    git("init", "-q")
    git("config", "core.fsmonitor", f"touch {tmp_path}/ran;")
    assert not is_tracked(folder)
    (folder / ".gitignore").unlink()
    (folder / "tea").write_text("")
    git("-c", "core.fsmonitor=false", "add", ".matcha/tea")
    assert "is kept in git" in find_doubt(folder)
    assert not (tmp_path / "ran").exists()
