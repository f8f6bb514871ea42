"""What a web page can make a browser send to this machine, and what its own users send."""

import re
import socket

PORTS_OF_NO_PAGE = {
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080,
}  # fmt: skip
"""Of the ports that need no root, those that browsers connect to for no page.

From the Fetch standard, "port blocking"; whatever listens there is out of a page's reach.
"""

_HOSTS = {
    "another host": "evil.example",
    "another host, our port": "evil.example:{port}",
    "upper case": "EVIL.EXAMPLE",
    "a trailing dot": "evil.example.",
    "below a name of ours": "localhost.evil.example:{port}",
    "below an address of ours": "127.0.0.1.evil.example:{port}",
    "userinfo of ours": "localhost@evil.example",
    "userinfo of theirs": "evil.example@localhost",
    "another IPv6 address": "[::2]:{port}",
    "an IPv6 address with a name": "[::1].evil.example",
    "every address": "0.0.0.0:{port}",
    "no host": "",
}
_ORIGINS = {
    "another origin": "http://evil.example",
    "another origin, our port": "https://evil.example:{port}",
    "an origin below a name of ours": "http://localhost.evil.example:{port}",
    "an origin below an address of ours": "http://127.0.0.1.evil.example:{port}",
    "an origin with userinfo": "http://localhost:{port}@evil.example",
    "an opaque origin": "null",
    "a file": "file://",
}
_OURS = (
    "localhost:15001", "localhost", "LOCALHOST:5", "localhost.", "127.0.0.1", "127.9.8.7:15001",
    "[::1]:5001", "[::1]", "stack.localhost:8888",
)  # fmt: skip


def foreign_requests(port: int) -> dict[str, bytes]:
    """Return what no port may answer, by what is foreign about it."""
    local = f"127.0.0.1:{port}"
    requests = {name: http_request("/", host.format(port=port)) for name, host in _HOSTS.items()}
    for name, origin in _ORIGINS.items():
        requests[name] = http_request("/", local, origin.format(port=port))
    evil = "Origin: http://evil.example\r\n"
    upgrade = "Connection: Upgrade\r\nUpgrade: {}\r\n"
    socket_key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    others = {
        "no Host": "GET / HTTP/1.1\r\n",
        "HTTP/1.0 without Host": "GET / HTTP/1.0\r\n",
        "HTTP/1.0": "GET / HTTP/1.0\r\nHost: evil.example\r\n",
        "two Hosts, ours first": f"GET / HTTP/1.1\r\nHost: {local}\r\nHost: evil.example\r\n",
        "two Hosts, ours last": f"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: {local}\r\n",
        "two origins": f"GET / HTTP/1.1\r\nHost: {local}\r\nOrigin: http://{local}\r\n{evil}",
        "a whole URL": "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n",
        "a whole URL, our Host": f"GET http://evil.example/ HTTP/1.1\r\nHost: {local}\r\n",
        "our whole URL": f"GET http://{local}/ HTTP/1.1\r\nHost: evil.example\r\n",
        "a simple POST": f"POST / HTTP/1.1\r\nHost: {local}\r\n{evil}"
        "Content-Type: text/plain\r\nContent-Length: 0\r\n",
        "a preflight": f"OPTIONS / HTTP/1.1\r\nHost: {local}\r\n{evil}"
        "Access-Control-Request-Method: POST\r\n",
        "a WebSocket": f"GET / HTTP/1.1\r\nHost: {local}\r\n{evil}"
        + upgrade.format("websocket")
        + socket_key,
        "h2c": f"GET / HTTP/1.1\r\nHost: evil.example\r\n{h2c}",
    }
    return requests | {name: f"{head}\r\n".encode() for name, head in others.items()}


def domestic_requests(path: str) -> dict[str, bytes]:
    """Return what a client or a page of this machine sends, forwarded ports among them."""
    alone = {name: http_request(path, name) for name in _OURS}
    return alone | {
        f"{name}, from a page": http_request(path, name, f"http://{name}") for name in _OURS
    }


def http_request(path: str, host: str, origin: str = "") -> bytes:
    """Return a GET in HTTP/1.1."""
    more = f"Origin: {origin}\r\n" if origin else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode()


def status_of(port: int, request: bytes) -> int | None:
    """Return the status of the answer, or ``None`` when it is none of HTTP/1."""
    match = re.match(rb"HTTP/1\.[01] (\d{3})", raw_answer(port, request, enough=12))
    return int(match[1]) if match else None


def raw_answer(port: int, request: bytes, enough: int = 1_000_000) -> bytes:
    """Send bytes, and return what comes back until the other side closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        try:
            while len(answer) < enough and (part := connection.recv(65536)):
                answer += part
        except ConnectionResetError:
            pass
    return answer
