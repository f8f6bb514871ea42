"""``matcha-tui serve``: the wizard in a browser on this machine, and nowhere else.

Whoever has the address that it prints may use it once, and has a cookie from then on. The
wizard lies below a path that nobody can guess: a browser sends a cookie of 127.0.0.1 to every
port, but only for its path, so no other server on this machine is given it. A page from
elsewhere reaches nothing, whatever name it has for this machine (DNS rebinding).
"""

import argparse
import asyncio
import hmac
import importlib.util
import secrets
import shlex
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from matcha_tui.errors import ExitCode, MatchaError

if TYPE_CHECKING:  # of the extra, which may be missing
    from aiohttp import web

HOST = "127.0.0.1"
_HERE = (HOST, "localhost")
_COOKIE = "matcha"
_GOODBYE_SECONDS = 5
_HEADERS = {
    # The page would load a font from a server of Google's.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
        " connect-src 'self' {socket}; img-src 'self' data:; font-src 'self' data:;"
        " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[["web.Request"], Awaitable["web.StreamResponse"]]


class Door:
    """Who is let in: whoever has the address once, and the cookie that it gives from then on.

    Attributes:
        origin: What every address of the server begins with.
        path: Below which the wizard lies.
    """

    def __init__(self, port: int) -> None:
        self.origin = f"http://{HOST}:{port}"
        self.path = f"/{secrets.token_urlsafe(16)}"
        self._token = secrets.token_urlsafe(32)
        self._cookie = secrets.token_urlsafe(32)
        self._is_used = False

    @property
    def address(self) -> str:
        """What is to be opened in a browser, once."""
        return f"{self.origin}/?token={self._token}"

    def find_refusal(self, host: str, origin: str | None, cookie: str, path: str) -> str:
        """Say why a request is refused; empty if it is not.

        Args:
            host: What the browser takes this machine for.
            origin: The page that asks; ``None`` where a browser says none.
            cookie: That of the session; may be empty.
            path: What is asked for.
        """
        if f"http://{host}" != self.origin:
            return f"This server answers at {self.origin} only."
        if origin not in (None, self.origin):
            return "Another page asks for it."
        if path == "/":
            return ""
        if not path.startswith(f"{self.path}/") or not _is_same(cookie, self._cookie):
            return "Open the address that `matcha-tui serve` has printed."
        if path.endswith("/ws") and origin is None:
            return "No page asks for it."
        return ""

    def enter(self, token: str) -> str | None:
        """Return the cookie for a token; ``None`` for a wrong one, and for one that was used."""
        if self._is_used or not _is_same(token, self._token):
            return None
        self._is_used = True
        return self._cookie


def serve(arguments: Sequence[str]) -> int:
    """Serve the current folder's wizard until it is interrupted.

    Args:
        arguments: What follows ``matcha-tui serve``.

    Returns:
        The exit code.

    Raises:
        MatchaError: If it would be seen from elsewhere, what it needs is not installed, or its
            port is taken.
    """
    options = _parse(arguments)
    if options.host not in _HERE:
        raise MatchaError(
            f"matcha-tui serve is for this machine only: it does not bind to {options.host}",
            hint="From elsewhere: `ssh -L 8000:127.0.0.1:8000 MACHINE`, and --port 8000 here.",
            exit_code=ExitCode.USAGE,
        )
    if importlib.util.find_spec("textual_serve") is None:
        raise MatchaError(
            "the wizard in a browser needs the package textual-serve",
            hint="Install it: pip install 'matcha-tui[web]'",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    listening = _listen(options.port)
    asyncio.run(_serve(listening))
    return ExitCode.DONE


def make_application(door: Door) -> "web.Application":
    """Make the server: textual-serve's own pages, behind a door."""
    import aiohttp_jinja2
    import jinja2
    from aiohttp import web
    from textual_serve.server import Server

    # A browser cannot choose any part of it.
    command = shlex.join([sys.executable, "-P", "-m", "matcha_tui"])
    server = Server(command, HOST, title="matcha", public_url=door.origin)

    async def enter(request: "web.Request") -> "web.StreamResponse":
        cookie = door.enter(request.query.get("token", ""))
        if cookie is None:
            raise web.HTTPForbidden(
                text="This address was used before, or is not the one that was printed."
                " Start `matcha-tui serve` again.\n"
            )
        response = web.HTTPSeeOther(f"{door.path}/")
        response.set_cookie(_COOKIE, cookie, path=f"{door.path}/", httponly=True, samesite="Lax")
        raise response

    @web.middleware
    async def guard(request: "web.Request", handler: _Handler) -> "web.StreamResponse":
        asked, cookie = request.headers, request.cookies.get(_COOKIE, "")
        refusal = door.find_refusal(
            asked.get("Host", ""), asked.get("Origin"), cookie, request.path
        )
        if refusal:
            raise web.HTTPForbidden(text=f"{refusal}\n")
        return await handler(request)

    open_wizards: set[asyncio.Task[None]] = set()

    async def show(request: "web.Request") -> "web.StreamResponse":
        open_wizards.add(request.task)
        try:
            return await server.handle_websocket(request)
        finally:
            open_wizards.discard(request.task)

    async def close(_application: "web.Application") -> None:
        for wizard in open_wizards:
            wizard.cancel()

    async def add_headers(request: "web.Request", response: "web.StreamResponse") -> None:
        address = door.origin.replace("http:", "ws:", 1)
        for name, value in _HEADERS.items():
            response.headers[name] = value.replace("{socket}", address)

    application = web.Application(middlewares=[guard])
    application.on_response_prepare.append(add_headers)
    application.on_shutdown.append(close)
    aiohttp_jinja2.setup(application, loader=jinja2.FileSystemLoader(server.templates_path))
    application.add_routes(
        [
            web.get("/", enter),
            web.get(f"{door.path}/", server.handle_index, name="index"),
            web.get(f"{door.path}/ws", show, name="websocket"),
            web.get(f"{door.path}/download/{{key}}", server.handle_download, name="download"),
            web.static(f"{door.path}/static", server.statics_path, name="static"),
        ]
    )
    return application


async def _serve(listening: socket.socket) -> None:
    """Serve until somebody interrupts it; the wizards that are open are closed then."""
    from aiohttp import web

    door = Door(listening.getsockname()[1])
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    runner = web.AppRunner(
        make_application(door), access_log=None, shutdown_timeout=_GOODBYE_SECONDS
    )
    await runner.setup()
    await web.SockSite(runner, listening).start()
    sys.stdout.write(f"{door.address}\n")
    sys.stdout.flush()
    sys.stderr.write("Open this in a browser here; it works once. Ctrl+C ends it.\n")
    await interrupted.wait()
    await runner.cleanup()


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise MatchaError(
            f"port {port} cannot be used: {error}",
            hint="Leave out --port, and a free one is found.",
            exit_code=ExitCode.REFUSED,
        ) from error
    return listening


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "matcha-tui serve",
        description="Show the wizard of this folder in a browser, on this machine.",
    )
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--host", default=HOST, help=f"{HOST}, and nothing else")
    return parser.parse_args(arguments)


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
