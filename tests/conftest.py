"""What all tests need of the process that they run in."""

import signal
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine takes its time; how long an example takes says nothing of the code.
settings.register_profile("matcha", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("matcha")


def pytest_configure() -> None:
    """Let an interrupt reach what tests start, though a shell's background job ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of this machine that a program listens on."""
    for port in range(20000, 32000):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            listener.listen()
            yield port
            return
