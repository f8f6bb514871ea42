"""A client that is gone before it is accepted leaves nothing behind in a test's server."""

import gc
import socket
import ssl
import struct
from http.server import BaseHTTPRequestHandler

import pytest
import trustme

from tests.tls_server import TlsServer

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01"], ids=["nothing", "part of a hello"])
def test_a_client_that_is_reset_before_it_is_accepted_leaves_no_socket(sent: bytes):
    with TlsServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(server.context)
        with socket.create_connection(("127.0.0.1", server.server_port)) as client:
            client.sendall(sent)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        with pytest.raises(OSError, match="not connected"):
            server.get_request()
        gc.collect()  # a warning of it is an error
