"""Whether an address answers as the right service does: one question, asked within a deadline.

- The exchange runs in a thread of its own, because no timeout of a socket bounds the whole of it:
  looking up the name, several addresses, TLS, and a server that sends a byte a second.
- Whatever goes wrong is a finding, in a few words; nothing is raised.
- Credentials go to the address that was asked and to nobody else: a redirect is followed only to
  the same scheme, host and port.
"""

import http.client
import re
import socket
import ssl
import threading
from base64 import b64encode
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

_BODY_BYTES = 64 * 1024  # of a longer answer, its beginning is enough
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an address, and what the right service answers.

    Attributes:
        url: Asked with GET.
        expect: A regular expression found in the body of the right service's answer.
        seconds: How long the whole exchange may take.
        credentials: A user's name and password, if it wants them.
        through_proxy: Whether the proxy of this machine's settings is used, if there is one. A
            service on this machine is asked directly.
    """

    url: str
    expect: str
    seconds: float
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    through_proxy: bool = False


def find_problem(question: Question) -> str | None:
    """Ask once.

    Returns:
        What is wrong with the answer, or ``None`` when it is the expected one.
    """
    exchange = _Exchange(question)
    thread = threading.Thread(target=exchange.run, name=f"probe of {question.url}", daemon=True)
    thread.start()
    thread.join(question.seconds)
    if thread.is_alive():
        exchange.abandon()
        return f"no answer within {question.seconds:g} s"
    return exchange.problem


class _Exchange:
    """One question's requests, which another thread may break off."""

    def __init__(self, question: Question) -> None:
        self.problem: str | None = None
        self._question = question
        self._connection: _Connection | None = None
        self._is_abandoned = False

    def run(self) -> None:
        try:
            self.problem = self._find_problem()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.problem = _describe(error, self._question.seconds)

    def abandon(self) -> None:
        self._is_abandoned = True
        if self._connection:
            self._connection.shut()

    def _find_problem(self) -> str | None:
        url = self._question.url
        for _ in range(_MOST_REDIRECTS + 1):
            status, location, body = self._get(urlsplit(url))
            if status not in _REDIRECTS or location is None:
                return self._judge(status, body)
            target = urljoin(url, location)
            if _origin(urlsplit(target)) != _origin(urlsplit(url)):
                return f"it redirects to another server (HTTP status {status})"
            url = target
        return "it redirects in a circle"

    def _get(self, address: SplitResult) -> tuple[int, str | None, bytes]:
        headers = {"User-Agent": "matcha", "Connection": "close"}
        if self._question.credentials:
            headers["Authorization"] = _basic(*self._question.credentials)
        path = address._replace(scheme="", netloc="", fragment="", path=address.path or "/")
        self._connection = _connect(address, self._question)
        with closing(self._connection) as connection:
            if self._is_abandoned:
                raise TimeoutError
            is_relayed = connection.proxy_headers is not None and address.scheme == "http"
            headers |= (connection.proxy_headers or {}) if is_relayed else {}
            target = address._replace(fragment="") if is_relayed else path
            connection.request("GET", target.geturl(), headers=headers)
            answer = connection.getresponse()
            body = answer.read(_BODY_BYTES)
            if answer.length and len(body) < _BODY_BYTES:
                raise http.client.IncompleteRead(body, answer.length)
            return answer.status, answer.getheader("Location"), body

    def _judge(self, status: int, body: bytes) -> str | None:
        if status != http.client.OK:
            return f"it answers with HTTP status {status}"
        if not re.search(self._question.expect, body.decode("utf-8", "replace")):
            return "another program answers there"
        return None


class _Connection(http.client.HTTPConnection):
    """A connection that another thread can shut at any moment, within TLS's handshake too."""

    proxy_headers: dict[str, str] | None = None

    def __init__(self, host: str, port: int, timeout: float, tls_name: str | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self._tls_name = tls_name
        self._open: socket.socket | None = None
        if tls_name is not None:
            self.default_port = _PORTS["https"]

    def connect(self) -> None:
        super().connect()
        self._open = self.sock
        if self._tls_name is not None:
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self._tls_name, do_handshake_on_connect=False
            )
            self._open = self.sock
            self.sock.do_handshake()

    def shut(self) -> None:
        if self._open is not None:
            with suppress(OSError):  # closed already, or not connected any more
                # not SSLSocket's own: that takes TLS away from the thread that is reading
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)


def _connect(address: SplitResult, question: Question) -> _Connection:
    if address.scheme not in _PORTS or not address.hostname:
        raise http.client.InvalidURL(f"{question.url} is no address of a server")
    host, port = address.hostname, address.port or _PORTS[address.scheme]
    tls_name = host if address.scheme == "https" else None
    proxy = _find_proxy(address, host) if question.through_proxy else None
    if proxy is None:
        return _Connection(host, port, question.seconds, tls_name)
    connection = _Connection(
        proxy.hostname or "", proxy.port or _PORTS["http"], question.seconds, tls_name
    )
    name, password = unquote(proxy.username or ""), unquote(proxy.password or "")
    connection.proxy_headers = {"Proxy-Authorization": _basic(name, password)} if name else {}
    if tls_name is not None:
        connection.set_tunnel(host, port, headers=connection.proxy_headers)
    return connection


def _find_proxy(address: SplitResult, host: str) -> SplitResult | None:
    from urllib.request import getproxies, proxy_bypass  # four times as slow as all else here

    proxy = getproxies().get(address.scheme)
    if not proxy or proxy_bypass(host):
        return None
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")


def _origin(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme)


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"


def _describe(error: Exception, seconds: float) -> str:
    match error:
        case TimeoutError():
            return f"no answer within {seconds:g} s"
        case ConnectionRefusedError():
            return "nothing listens there"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case socket.gaierror():
            return "its name cannot be resolved"
        case ConnectionResetError():  # http.client.RemoteDisconnected, too
            return "it closes the connection without an answer"
        case http.client.InvalidURL():
            return str(error)
        case http.client.IncompleteRead():
            return "its answer breaks off"
        case http.client.HTTPException() | ValueError():
            return f"its answer is not valid HTTP ({type(error).__name__})"
        case _:
            return f"no answer: {error or type(error).__name__}"
