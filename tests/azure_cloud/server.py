"""The HTTPS server: reads requests, records them, and sends the answers, good or bad."""

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from tests.azure_cloud.certificates import Certificates
from tests.azure_cloud.faults import Faults
from tests.azure_cloud.messages import Answer, Request
from tests.tls_server import TlsServer

Respond = Callable[[Request], Answer]


class Server(TlsServer):
    """Listens on a free port of 127.0.0.1; its threads end with it."""

    daemon_threads = False

    def __init__(self, certificates: Certificates, respond: Respond, faults: Faults) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificates.certificate, certificates.key)
        self.respond = respond
        self.faults = faults
        self.requests: list[Request] = []
        self.errors: list[BaseException] = []
        self.connections: set[socket.socket] = set()
        self.ending = threading.Event()

    def stop(self) -> None:
        """End every connection and every thread."""
        self.ending.set()
        self.shutdown()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what is wrong with this server; a client that goes away is part of many tests."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # else each answer leaves in pieces, and the second waits for 40 ms
    timeout = 20

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            (self.headers.get("Host") or "").lower(),
            address.path,
            dict(parse_qsl(address.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        self.server.requests.append(request)
        fault = self.server.faults.find(request)
        if fault and fault.hang:
            self.server.ending.wait(60)
            self.close_connection = True
            return
        answer = (fault and fault.answer) or self.server.respond(request)
        self._send(answer, is_cut_off=bool(fault and fault.cut_off))

    def _send(self, answer: Answer, *, is_cut_off: bool) -> None:
        body = answer.body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not isinstance(answer.content, bytes):
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if is_cut_off else body)
        if is_cut_off:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _answer  # noqa: N815 - http.server's names
