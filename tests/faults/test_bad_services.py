"""Services that do not come up, answer rubbish, die, hang or fork away; and what they print."""

import json
import os
import signal
from contextlib import suppress

import pytest

from tests.command_line import Matcha
from tests.faults.report import Fault, error_of
from tests.faults.small_stack import (
    ONE,
    listed,
    recorded,
    require_known,
    require_up,
    stack_text,
    state_file,
)
from tests.services.tiny_project import get
from tests.services.tiny_server import NOISE
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

GROUP = "Services that misbehave"


def choose(matcha: Matcha, manner: str) -> None:
    (matcha.folder / "matcha.toml").write_text(stack_text(vector_database=manner))


@pytest.mark.parametrize(
    ("manner", "sentence"),
    [
        pytest.param(
            "silent",
            "silent was not healthy within 3 s",
            marks=pytest.mark.fault(GROUP, "a service never listens"),
        ),
        pytest.param(
            "crashing",
            "crashing ended while it was starting",
            marks=pytest.mark.fault(GROUP, "a service dies at once"),
        ),
        pytest.param(
            "rubbish",
            "rubbish was not healthy within 3 s",
            marks=pytest.mark.fault(GROUP, "a service answers rubbish"),
        ),
        pytest.param(
            "leaving",
            "leaving ended while it was starting",
            marks=pytest.mark.fault(GROUP, "a service forks away from its supervisor"),
        ),
    ],
)
def test_a_service_that_does_not_come_up(small: Matcha, fault: Fault, manner: str, sentence: str):
    choose(small, manner)
    failed = small("provision", "--yes")
    assert failed.returncode == 1
    assert sentence in failed.stderr
    small.wait_until_ended()  # nothing is left of it
    assert require_known(small)["state"] != "up"
    assert state_file(small).exists()
    destroy = small("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert listed(small) == []
    assert recorded(small) == set()
    fault.report(error_of(failed.stderr), "repair it, then `matcha provision`; or `matcha destroy`")


@pytest.mark.fault(GROUP, "a service dies again and again")
def test_a_service_that_dies_again_and_again(small: Matcha, fault: Fault):
    choose(small, "brief")  # a moment after each answer
    small("provision", "--yes")
    log = small.folder / ".matcha/services/brief/log"
    values = json.loads(log.with_name("values.json").read_bytes())

    def has_died_twice() -> bool:
        with suppress(OSError):  # it is not always there
            get(values["port"], "/version")
        return log.read_text().count("has ended, and is started again in") > 1

    wait_for(has_died_twice)
    require_known(small)
    destroy = small("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    small.wait_until_ended()
    assert listed(small) == []
    fault.report(
        "brief has ended, and is started again in 2 s (in its log, each time a second later)",
        "`matcha logs COMPONENT`; `matcha destroy`",
    )


@pytest.mark.fault(GROUP, "a service hears no request to end")
def test_a_service_that_hangs_when_it_is_stopped(small: Matcha, fault: Fault):
    choose(small, "stubborn")
    assert small("provision", "--yes").returncode == 0
    require_up(small)
    destroy = small("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    small.wait_until_ended()
    assert listed(small) == []
    fault.report("", "none: `matcha destroy` kills it after the time that its module gives it")


@pytest.mark.fault(
    GROUP,
    "what comes up prints ESC, OSC, invalid UTF-8, a line of 60,000 characters and one of 20 MB",
)
def test_what_is_printed_reaches_no_terminal(small: Matcha, fault: Fault):
    choose(small, "noisy")
    failed = small("provision", "--yes")
    assert failed.returncode == 1
    assert "noisy ended while it was starting" in failed.stderr
    for said in (failed.stderr, small("logs").stdout, small("logs", "vector_database").stdout):
        assert "the last line" in said
        assert "\x1b" not in said
        assert "\x07" not in said
    log = small.folder / ".matcha/services/noisy/log.1"  # it was long enough to be put aside
    assert b"".join(NOISE) in log.read_bytes()  # as it was, for who looks into the file
    destroy = small("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    fault.report(error_of(failed.stderr), "`matcha logs COMPONENT`, then as it says")


@pytest.mark.fault(GROUP, "the machine is started anew: every process is gone, files are left")
def test_a_reboot(deployed: Matcha, fault: Fault):
    for pid in [process.pid for process in deployed.processes()]:
        os.kill(pid, signal.SIGKILL)
    deployed.clean_up()
    status = deployed("status")
    assert status.returncode == 1
    known = recorded(deployed)
    start = deployed("start")
    assert start.returncode == 0, start.stderr
    require_up(deployed)
    assert recorded(deployed) == known
    assert set(deployed.service_pids()) == set(ONE.values())
    fault.report(" ".join(status.stdout.split()[2:]), "`matcha start`, or `matcha provision`")
