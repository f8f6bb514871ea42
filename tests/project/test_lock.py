import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.lock import hold_lock, read_lock_owner, record_owner
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.system.locks import is_locked, try_lock


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


ASK_FOREVER = """
import sys
from pathlib import Path
from matcha_tui.system.locks import is_locked
print("asking", flush=True)
while True:
    is_locked(Path(sys.argv[1]))
"""


@pytest.fixture
def asked_without_end(workspace: Workspace) -> Iterator[None]:
    """Two processes do nothing but ask whether the project is locked."""
    prepare_workspace(workspace)
    command = [sys.executable, "-c", ASK_FOREVER, str(workspace.lock_file)]
    askers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for asker in askers:
            assert asker.stdout is not None
            assert asker.stdout.readline() == b"asking\n"
        yield
    finally:
        for asker in askers:
            asker.kill()
            asker.communicate()


@pytest.mark.usefixtures("asked_without_end")
def test_nobody_is_refused_because_somebody_asks(workspace: Workspace):
    for _ in range(1000):
        with hold_lock(workspace, "provision"):
            assert is_locked(workspace.lock_file)


COUNT_UNDER_THE_LOCK = """
import sys
from pathlib import Path
from matcha_tui.system.locks import try_lock
import os
path, counter = Path(sys.argv[1]), Path(sys.argv[2])
done = 0
while done < 100:
    lock = try_lock(path)
    if lock is not None:
        counter.write_text(str(int(counter.read_text()) + 1))
        path.unlink()
        os.close(lock)
        done += 1
"""


@pytest.mark.usefixtures("asked_without_end")
def test_only_one_holds_it_though_its_file_is_removed_again_and_again(workspace: Workspace):
    counter = workspace.project / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", COUNT_UNDER_THE_LOCK, str(workspace.lock_file), str(counter)]
    holders = [subprocess.Popen(command) for _ in range(3)]
    assert [holder.wait() for holder in holders] == [0, 0, 0]
    assert counter.read_text() == "300"


def test_whoever_held_it_before_is_not_named(workspace: Workspace):
    with hold_lock(workspace, "provision"):
        pass
    nameless = try_lock(workspace.lock_file)
    assert nameless is not None
    try:
        assert read_lock_owner(workspace) is None
        with pytest.raises(MatchaError, match="another matcha is") as caught:
            hold_lock(workspace, "destroy").__enter__()
        assert str(os.getpid()) not in caught.value.message
    finally:
        os.close(nameless)


def test_a_holder_who_was_killed_is_not_taken_for_the_next_one(workspace: Workspace):
    prepare_workspace(workspace)
    killed = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(workspace.project)], stdout=subprocess.PIPE
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"held\n"
    killed.kill()
    killed.communicate()
    assert json.loads(workspace.lock_file.read_bytes())["pid"] == killed.pid, "it left its name"
    taken = try_lock(workspace.lock_file)
    assert taken is not None
    try:
        with ThreadPoolExecutor() as threads:
            asked = threads.submit(read_lock_owner, workspace)
            record_owner(taken, "destroy", os.getpid())
            owner = asked.result()
        assert owner is not None
        assert (owner.operation, owner.pid) == ("destroy", os.getpid())
    finally:
        os.close(taken)


HOLD = """
import sys, time
from pathlib import Path
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import Workspace
with hold_lock(Workspace(Path(sys.argv[1])), "provision"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_dead_holder_s_process_that_keeps_it_is_said_to_be_that(workspace: Workspace):
    with subprocess.Popen(["true"]) as dead:
        dead.wait()
    prepare_workspace(workspace)
    left = try_lock(workspace.lock_file)
    assert left is not None
    try:
        record_owner(left, "provision", dead.pid)
        with pytest.raises(MatchaError, match=rf"pid {dead.pid}\) began .* is dead") as caught:
            hold_lock(workspace, "destroy").__enter__()
        assert "force-unlock" in (caught.value.hint or "")
    finally:
        os.close(left)


def test_a_later_process_of_the_same_number_is_not_its_owner(workspace: Workspace):
    with hold_lock(workspace, "provision"):
        owner = read_lock_owner(workspace)
    assert owner is not None
    assert not owner.is_dead()
    assert replace(owner, started=owner.started - 60).is_dead()
    assert not replace(owner, started=0.0).is_dead(), "as an earlier release wrote it"
    assert not replace(owner, host="elsewhere", started=1.0).is_dead(), "nobody here can tell"
