"""Which process is which: not by its number alone, and whatever happens to the clock."""

import os
import subprocess
from dataclasses import replace

import psutil
import pytest

from matcha_tui.system.processes import Process, find_process


@pytest.fixture
def own() -> Process:
    found = find_process(os.getpid())
    assert found is not None
    return found


@pytest.mark.parametrize("step", [-86_400.0, -30.0, 30.0, 86_400.0])
@pytest.mark.skipif(not psutil.LINUX, reason="only there psutil adds the boot's time")
def test_a_clock_that_is_set_changes_nobody(
    own: Process, step: float, monkeypatch: pytest.MonkeyPatch
):
    created, booted = psutil.Process.create_time, psutil.boot_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda found: created(found) + step)
    monkeypatch.setattr(psutil, "boot_time", lambda: booted() + step)
    assert own.is_alive()
    assert find_process(own.pid) == own
    assert 0 < own.age < 86_400


def test_a_later_process_with_the_same_number_is_another(own: Process):
    assert not replace(own, started=own.started - 1).is_alive()


def test_what_an_earlier_version_wrote_is_known(own: Process):
    created = psutil.Process().create_time()
    assert Process(own.pid, created + 2).is_alive()
    assert not Process(own.pid, created - 60).is_alive()
    assert 0 < Process(own.pid, created).age < 86_400


def test_one_that_has_ended_is_dead_before_it_is_buried():
    with subprocess.Popen(["true"]) as child:
        found = find_process(child.pid)
        assert found is not None
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not found.is_alive()
