"""What the tests' HTTPS servers share: connections that leave no open socket behind."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from socket import socket
from typing import Any, TypeVar

AnyServer = TypeVar("AnyServer", bound=ThreadingHTTPServer)


class TlsServer(ThreadingHTTPServer):
    """Speaks TLS once it is given a `context`.

    A client that is reset before it is accepted is dropped here: `ssl` would raise for it
    and leave the socket to the garbage collector, which warns in whatever test runs then.
    """

    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket, Any]:
        """Accept a connection; the handshake is the first read's, in its own thread."""
        connection, address = super().get_request()
        if self.context is None:
            return connection, address
        try:
            connection.getpeername()
        except OSError:
            connection.close()
            raise
        wrapped = self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address


@contextmanager
def serving(server: AnyServer) -> Iterator[AnyServer]:
    """Serve for as long as the block takes."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
