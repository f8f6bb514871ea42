"""What all tests need of the process that they run in."""

import signal


def pytest_configure() -> None:
    """Let an interrupt reach what tests start, though a shell's background job ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
