"""What all tests need of the process that they run in."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.faults.report import fault as fault
from tests.ports import free_port

# A busy machine takes its time; how long an example takes says nothing of the code.
settings.register_profile(
    "matcha", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("matcha")

CACHE = Path(__file__).parents[1] / ".cache"
DATA = CACHE / "data" / str(os.getpid())
"""Where this process's tests keep what outlives a deployment."""

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
STATE = CACHE / "state" / str(os.getpid())
"""What the tests of one run write down of this machine, but where a test has its own."""


def pytest_configure() -> None:
    """Keep to the checkout's cache, which all tests share, as `make` does.

    And let an interrupt reach what tests start, though a shell's background job ignores it.
    """
    os.environ["XDG_CACHE_HOME"] = str(CACHE)
    os.environ["XDG_DATA_HOME"] = str(DATA)
    # Shared by all workers of a run: what one reserves is in the others' way.
    if not IS_WORKER:  # they inherit it
        os.environ["XDG_STATE_HOME"] = str(STATE)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """Leave nothing of it behind."""
    shutil.rmtree(DATA, ignore_errors=True)
    if not IS_WORKER:  # others still use it
        shutil.rmtree(STATE, ignore_errors=True)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of this machine that a program listens on."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        yield port
