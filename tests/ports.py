"""Gives each test ports that no other test has, in whatever process that one runs."""

import errno
import socket

from matcha_tui.services.ports import FIRST_EPHEMERAL_PORT, is_free

_FIRST = 20000
_promises: list[socket.socket] = []


def free_port() -> int:
    """A free port, promised to this process alone until it ends.

    A UDP socket on the number is the promise: the tests listen on TCP only, every process
    on this machine sees it, and it ends with its process.
    """
    for port in range(_FIRST, FIRST_EPHEMERAL_PORT):
        promise = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            promise.bind(("127.0.0.1", port))
        except OSError as error:
            promise.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        _promises.append(promise)
        if is_free(port):
            return port
    raise AssertionError("every port of this machine is promised or taken")
