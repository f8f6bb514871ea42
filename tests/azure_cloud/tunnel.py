"""A proxy that leads the names of storage accounts to servers of this machine.

Clients find it by HTTPS_PROXY and ask it to CONNECT; what then passes is theirs.
"""

import select
import socket
import socketserver
import threading

_BYTES = 65536
_WAIT = 0.2


class Tunnel(socketserver.ThreadingTCPServer):
    """The proxy; `port` is what every name below `suffix` leads to."""

    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, suffix: str, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.suffix = suffix
        self.port = port
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: Tunnel
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.connection.settimeout(5)
        try:
            line = self.rfile.readline().decode("latin-1")
            while self.rfile.readline().strip():
                pass
        except OSError:
            return
        method, _, rest = line.partition(" ")
        host = rest.partition(":")[0]
        if method != "CONNECT" or not host.endswith(self.server.suffix):
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as other:
            other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._relay(other)

    def _relay(self, other: socket.socket) -> None:
        ends = {self.connection: other, other: self.connection}
        while not self.server.ending.is_set():
            readable, _, _ = select.select(list(ends), [], [], _WAIT)
            for end in readable:
                try:
                    content = end.recv(_BYTES)
                    if not content:
                        return
                    ends[end].sendall(content)
                except OSError:
                    return
