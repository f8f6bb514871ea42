"""Which TCP ports of this machine are free."""

import errno
import socket

import psutil

from matcha_tui.errors import MatchaError

FIRST_EPHEMERAL_PORT = 32768
"""From here on the kernel gives ports to anyone's outgoing connections."""

_FIRST_UNPRIVILEGED_PORT = 1024
_LOOPBACK = "127.0.0.1"
_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1, and nobody else answers on it."""
    return _can_bind(port) and not any(
        _is_answered(family, address, port)
        for family, address in ((socket.AF_INET, _LOOPBACK), (socket.AF_INET6, "::1"))
    )


def find_free_port(preferred: int, taken: set[int]) -> int:
    """The first free port from `preferred` on."""
    upwards = range(preferred, FIRST_EPHEMERAL_PORT)
    rest = range(_FIRST_UNPRIVILEGED_PORT, min(preferred, FIRST_EPHEMERAL_PORT))
    for candidates in (upwards, rest):
        for port in candidates:
            if port not in taken and is_free(port):
                return port
    raise MatchaError(
        f"no port is free on {_LOOPBACK} below {FIRST_EPHEMERAL_PORT}", hint="End some servers."
    )


def describe_holder(port: int) -> str:
    """Who listens on a port, as far as this user may know: ``nginx (pid 812)``."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells only root
        connections = []
    for connection in connections:
        address = connection.laddr
        listens = connection.status == psutil.CONN_LISTEN and address and address.port == port
        if listens and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                break
    return "another program"


def _can_bind(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: the remains of closed connections don't keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            raise
    return True


def _is_answered(family: socket.AddressFamily, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((address, port)) == 0
    except OSError:  # no IPv6 on this machine
        return False
