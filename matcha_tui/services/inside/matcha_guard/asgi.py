"""The rule around an ASGI application, and around whatever uvicorn serves.

Relies on uvicorn (0.54): the class that ``http`` names is made once a connection, takes the
configuration as its first argument, and serves that configuration's ``loaded_app``.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .rule import HostRule, Rejection, read_rule

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PROTOCOL = f"{__name__}:GuardedProtocol"
"""For uvicorn's setting ``http``."""


class Guard:
    """Answers a request that the rule refuses, and lets the application answer the others."""

    def __init__(self, application: Application, rule: HostRule) -> None:
        self._application = application
        self._rule = rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._find_refusal(scope)
        if refusal is None:
            await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason})
        else:
            await send_text(send, refusal.status, refusal.reason)

    def _find_refusal(self, scope: Scope) -> Rejection | None:
        if scope["type"] not in ("http", "websocket"):
            return None
        if not scope["path"].startswith("/"):  # h11 leaves http://name/path as it is
            return Rejection(400, "A request names a path, and this names something else.")
        return self._rule.find_refusal(scope["headers"])


class GuardedProtocol(AutoHTTPProtocol):  # type: ignore[misc] # what it is, is found at run time
    """uvicorn's own, with the guard around the application and its WebSockets."""

    def __init__(self, config: Any, *arguments: Any, **options: Any) -> None:
        if not isinstance(config.loaded_app, Guard):
            config.loaded_app = Guard(config.loaded_app, read_rule(os.environ))
        super().__init__(config, *arguments, **options)

    def on_url(self, url: bytes) -> None:
        """Take the target of a request, when httptools reads it: it drops a foreign host."""
        if not url.startswith(b"/"):
            raise ValueError("a request names a path")  # answered with 400
        super().on_url(url)


async def send_text(send: Send, status: int, text: str) -> None:
    """Send a whole answer, and end the connection: the request's body was not read."""
    body = f"{text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
