"""A terminal that is closed, Ctrl-C once and more often, and an output that goes away."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_line import SCRIPTS
from tests.commands.held import HeldProject
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import recorded, require_up
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

GROUP = "Ctrl-C and closed terminals"


def has_asked(held: HeldProject, name: str) -> bool:
    return any((held.matcha.folder / ".matcha/runs").glob(f"*/{name}"))


def go_on(held: HeldProject) -> None:
    known = recorded(held.matcha)
    held.let_go()
    provision = held.matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert known <= recorded(held.matcha)
    require_up(held.matcha)


@pytest.mark.fault(GROUP, "the terminal is closed (SIGHUP) during a run")
def test_a_closed_terminal(held: HeldProject, fault: Fault):
    held.hold_at("install")
    begun = subprocess.Popen(
        [str(SCRIPTS / "matcha"), "provision", "--yes"],
        cwd=held.matcha.folder,
        env=held.matcha.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    held.wait_until_held()
    os.killpg(begun.pid, signal.SIGHUP)  # what a terminal sends to all that it has started
    begun.wait()
    held.let_go()
    followed = held.matcha("logs", "--follow")
    assert followed.returncode == 0, followed.stdout
    require_up(held.matcha)
    fault.report("", "`matcha logs --follow` goes on with watching: the run never stopped")


@pytest.mark.fault(GROUP, "Ctrl-C once during a run")
def test_one_interrupt(held: HeldProject, fault: Fault):
    held.hold_at("install")
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130
    assert "matcha: stopping in order; this may take a moment" in said
    go_on(held)
    fault.report(error_of(said), "`matcha provision`")


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(2, marks=pytest.mark.fault(GROUP, "Ctrl-C twice during a run")),
        pytest.param(3, marks=pytest.mark.fault(GROUP, "Ctrl-C three times during a run")),
    ],
)
def test_more_interrupts(held: HeldProject, fault: Fault, times: int):
    held.hold_at("settle-build")  # which hears no interrupt while it is held
    begun = held.begin("provision", "--yes")
    held.wait_until_held()
    assert begun.stderr is not None
    told = ""
    for sentence in ("stopping in order", "Press Ctrl-C once more to force it")[:times]:
        begun.send_signal(signal.SIGINT)
        while sentence not in told:
            told += begun.stderr.readline()
    if times > 2:
        begun.send_signal(signal.SIGINT)
        wait_for(lambda: has_asked(held, "force"))
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 130, said
    go_on(held)
    warning = "what is being made may then be missing from the state"
    assert warning in told
    fault.report(f"{error_of(said)} After the second: {warning}", "`matcha provision`")


@pytest.mark.fault(GROUP, "whoever reads the output goes away (`matcha provision | head`)")
def test_an_output_that_is_closed(held: HeldProject, fault: Fault):
    held.hold_at("install")
    reading, writing = os.pipe()
    begun = subprocess.Popen(
        [str(SCRIPTS / "matcha"), "provision", "--yes", "--output", "json"],
        cwd=held.matcha.folder,
        env=held.matcha.environment,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    held.wait_until_held()
    os.close(reading)
    held.let_go()
    _, said = begun.communicate(timeout=60)
    assert begun.returncode == 1
    assert "Traceback" not in said
    followed = held.matcha("logs", "--follow")
    assert followed.returncode == 0, followed.stdout
    require_up(held.matcha)
    assert not list(Path(held.matcha.folder, ".matcha").glob("crash*"))
    fault.report("", "`matcha logs --follow` goes on with watching: the run never stopped")
