"""A server that plays Azure's retail price list, with entries in the list's own shape."""

import json
import re
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.azure_cloud.certificates import Certificates
from tests.tls_server import TlsServer

ENTRIES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "entries.json").read_text(encoding="utf-8")
)
PAGE = 5
_TERM = re.compile(r"(\w+) eq '([^']*)'")


@dataclass(frozen=True)
class Answer:
    """Something that the server says instead of a page.

    Attributes:
        delay: Seconds before it says anything.
        trickle: Seconds before every byte of the body; 0 for all at once.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    trickle: float = 0.0


@dataclass
class PlayedList:
    """What is known of a running server.

    Attributes:
        url: Its address, for MATCHA_PRICES_URL.
        asked: The filter of every question.
        instead: What to answer first, instead of pages.
        always: What to answer after that, instead of pages.
        ended: Set when the server ends, so that no answer is waited for.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)
    instead: deque[Answer] = field(default_factory=deque)
    always: Answer | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def answer(self, query: str) -> Answer:
        parameters = {name: values[0] for name, values in parse_qs(query).items()}
        self.asked.append(parameters["$filter"])
        if self.instead:
            return self.instead.popleft()
        return self.always or Answer(body=json.dumps(page_of(parameters)).encode())


def pieces(answer: Answer) -> list[bytes]:
    return [bytes([byte]) for byte in answer.body] if answer.trickle else [answer.body]


def page_of(parameters: dict[str, str]) -> dict[str, Any]:
    """Answer as the list does: filters regard case, and a link leads to the list itself."""
    currency = parameters.get("currencyCode", "'USD'").strip("'")
    wanted = dict(_TERM.findall(parameters["$filter"]))
    wanted["type"] = wanted.pop("priceType")
    found = [
        {**entry, "currencyCode": currency}
        for entry in ENTRIES
        if all(entry[name] == value for name, value in wanted.items())
    ]
    start = int(parameters.get("$skip", "0"))
    link = None
    if start + PAGE < len(found):
        following = urlencode({**parameters, "$skip": start + PAGE})
        link = f"https://prices.azure.com:443/api/retail/prices?{following}"
    items = found[start : start + PAGE]
    return {
        "BillingCurrency": currency,
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": items,
        "NextPageLink": link,
        "Count": len(items),
    }


@contextmanager
def play_price_list(certificates: Certificates | None = None) -> Iterator[PlayedList]:
    """Run the server until the block ends; over https, if it is given certificates."""
    played = PlayedList()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = played.answer(urlsplit(self.path).query)
            played.ended.wait(answer.delay)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            for piece in pieces(answer):
                played.ended.wait(answer.trickle)
                self.wfile.write(piece)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                return  # the client did not wait

    server = TlsServer(("127.0.0.1", 0), Handler)
    if certificates:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(certificates.certificate, certificates.key)
    scheme = "https" if certificates else "http"
    played.url = f"{scheme}://127.0.0.1:{server.server_port}/api/retail/prices"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield played
    finally:
        played.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
