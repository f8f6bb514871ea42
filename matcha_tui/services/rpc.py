"""Calls to the supervisor over its Unix socket.

The standard library's XML-RPC client with a Unix connection: importing supervisor's own
transport takes 100 ms, which five services would pay each, and it knows no timeout.
"""

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from matcha_tui.services.supervisor_files import SupervisorFiles

TIMEOUT_SECONDS = 60.0

UNREACHABLE = (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError, ExpatError)
"""What a call raises when nobody answers it, or with what is no XML (a path with an ESC)."""


def connect(files: SupervisorFiles, timeout: float = TIMEOUT_SECONDS) -> xmlrpc.client.ServerProxy:
    """A proxy for a project's supervisor; nothing is sent yet."""
    socket_path = files.read_address() or files.services_directory / "none"
    return xmlrpc.client.ServerProxy(
        "http://localhost/RPC2", transport=_UnixTransport(socket_path, timeout)
    )


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, socket_path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._socket_path))


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, socket_path: Path, timeout: float) -> None:
        super().__init__()
        self._socket_path = socket_path
        self._timeout = timeout

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._socket_path, self._timeout)
        self._connection = host, connection  # so that the transport closes it
        return connection
