import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.lock import hold_lock, read_lock_owner
from matcha_tui.project.workspace import Workspace, prepare_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty project."""
    return Workspace(tmp_path)


def test_a_second_holder_is_refused_and_told_who_the_first_is(workspace: Workspace):
    with (
        hold_lock(workspace, "provision"),
        pytest.raises(MatchaError, match=f"pid {os.getpid()}.*provision since") as caught,
        hold_lock(workspace, "destroy"),
    ):
        pass
    assert caught.value.exit_code is ExitCode.REFUSED


def test_the_owner_is_known_while_it_is_held_and_no_longer(workspace: Workspace):
    assert read_lock_owner(workspace) is None
    with hold_lock(workspace, "provision"):
        owner = read_lock_owner(workspace)
        assert owner is not None
        assert (owner.operation, owner.pid) == ("provision", os.getpid())
    assert read_lock_owner(workspace) is None


def test_a_process_that_inherits_the_lock_keeps_it(workspace: Workspace):
    with hold_lock(workspace, "provision") as descriptor:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[descriptor]
        )
    try:
        with pytest.raises(MatchaError, match="locked"), hold_lock(workspace, "destroy"):
            pass
    finally:
        child.communicate(b"\n")
    with hold_lock(workspace, "destroy"):
        pass


def test_the_private_folder_is_private_and_out_of_version_control(workspace: Workspace):
    prepare_workspace(workspace)
    assert stat.S_IMODE(workspace.directory.stat().st_mode) == 0o700
    assert (workspace.directory / ".gitignore").read_text() == "*\n"
    with hold_lock(workspace, "provision"):
        assert stat.S_IMODE(workspace.lock_file.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(workspace: Workspace):
    workspace.project.chmod(0o500)
    with pytest.raises(MatchaError, match="permission is denied"), hold_lock(workspace, "plan"):
        pass
