"""A real little server on this machine that misbehaves as a test says."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Talk = Callable[[socket.socket], None]


class Server:
    """A server whose every answer is what a test says; it notes what it was asked."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.listens = True
        self.ended = threading.Semaphore(0)
        self._talk, self._tls = talk, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/health"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._talk_to(connection)
        self.ended.release()

    def _talk_to(self, connection: socket.socket) -> None:
        asked = b""
        while self.listens and b"\r\n\r\n" not in asked:
            part = connection.recv(4096)
            if not part:
                return
            asked += part
        self.requests.append(asked)
        self._talk(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(talk, tls)
    try:
        yield server
    finally:
        server.close()


def says(*parts: bytes) -> Talk:
    """Send these bytes, and close."""

    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return talk


def forever(start: bytes, part: bytes, pause: float = 0.0) -> Talk:
    """Send the same again and again until the other side goes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(part)
            time.sleep(pause)

    return talk


def redirect(target: str, status: int = 302) -> Talk:
    return says(
        f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )
