"""Runs ``chroma run`` behind the guard: ``-m matcha_guard.chroma PORT FOLDER``.

Chroma's server (1.5.9, in Rust) looks at no Host and no Origin, knows no password, and listens
on TCP only. So it listens on a port that browsers connect to for no page (the Fetch standard's
"port blocking", which all of them follow), and this process forwards to it what the rule allows.
It can go when Chroma has a check of its own, or listens on a Unix socket.
"""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import httpx
import uvicorn

from .asgi import PROTOCOL, Receive, Scope, Send, send_text

BLOCKED_PORTS = (*range(6665, 6670), 6697, 6679, 6566, 4190, 3659, 4045, 5060, 5061, 10080)
"""Of the ports that the Fetch standard blocks, those that are seldom used and need no root."""

# What the command `chroma` does, without its import of the client: that takes a second of CPU
# and 70 MB, and the server uses nothing of it.
_RUN_CHROMA = "import sys, chromadb_rust_bindings as server; server.cli(sys.argv[1:])"

_LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.05
_STOP_SECONDS = 8
_ONE_HOP = {
    b"connection", b"expect", b"keep-alive", b"proxy-connection", b"te", b"trailer",
    b"transfer-encoding", b"upgrade",
}  # fmt: skip


class Forwarder:
    """An ASGI application that asks another server, body and answer streamed."""

    def __init__(self, port: int) -> None:
        self._port = port
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
        self._client = httpx.AsyncClient(timeout=None, trust_env=False, limits=limits)  # noqa: S113 - its client's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        names = {name for name, _ in scope["headers"]}
        has_body = not names.isdisjoint((b"content-length", b"transfer-encoding"))
        target = scope["raw_path"] + (b"?" + scope["query_string"]) * bool(scope["query_string"])
        request = httpx.Request(
            scope["method"],
            httpx.URL(scheme="http", host=_LOOPBACK, port=self._port, raw_path=target),
            headers=[pair for pair in scope["headers"] if pair[0] not in _ONE_HOP],
            content=_read_body(receive) if has_body else None,
        )
        try:
            response = await self._client.send(request, stream=True)
        except ConnectionAbortedError:  # by our client
            return
        except httpx.TransportError as error:
            await send_text(send, 502, f"Chroma did not answer: {type(error).__name__}.")
            return
        try:
            headers = [
                (name, value)
                for name, value in response.headers.raw
                if name.lower() not in _ONE_HOP
            ]
            start = {"status": response.status_code, "headers": headers}
            await send({"type": "http.response.start", **start})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            await response.aclose()


async def _read_body(receive: Receive) -> AsyncIterator[bytes]:
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        yield message.get("body", b"")
        is_more = message.get("more_body", False)


async def serve(port: int, folder: str) -> int:
    """Serve until asked to end, or until Chroma has ended; returns the exit status."""
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises it again when it is done
        signal.signal(number, lambda *_: None)
    # With its protocol named, asyncio switches Nagle's algorithm off, which costs 40 ms a query.
    with socket.socket(proto=socket.IPPROTO_TCP) as public:
        public.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        public.bind((_LOOPBACK, port))
        for inner_port in BLOCKED_PORTS:
            # The UDP port of that number says to other guards that the TCP port is taken; so no
            # two of them start a server on one port, and forward to each other's.
            with socket.socket(type=socket.SOCK_DGRAM) as claim:
                if not _binds(claim, inner_port) or not _is_free(inner_port):
                    continue
                chroma = await _start_chroma(inner_port, folder)
                if chroma is not None:
                    return await _forward(public, chroma, inner_port)
                if _is_free(inner_port):  # so it ended for another reason, which it has said
                    return 1
        print("All ports are taken that no web page can reach:", *BLOCKED_PORTS)  # noqa: T201 - log
        return 1


async def _forward(public: socket.socket, chroma: Process, inner_port: int) -> int:
    config = uvicorn.Config(
        Forwarder(inner_port),
        http=PROTOCOL,
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[public]))
    running = asyncio.create_task(chroma.wait())
    await asyncio.wait((serving, running), return_when=asyncio.FIRST_COMPLETED)
    has_ended = running.done()
    server.should_exit = True
    await serving
    await _end(chroma)
    return int(has_ended)


async def _start_chroma(port: int, folder: str) -> Process | None:
    arguments = ("run", "--host", _LOOPBACK, "--port", str(port), "--path", folder)
    chroma = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", _RUN_CHROMA, "chroma", *arguments
    )
    while chroma.returncode is None and _is_free(port):  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(_POLL_SECONDS)
    return chroma if chroma.returncode is None else None


async def _end(chroma: Process) -> None:
    if chroma.returncode is None:
        chroma.terminate()
        try:
            await asyncio.wait_for(chroma.wait(), _STOP_SECONDS)
        except TimeoutError:
            chroma.kill()
            await chroma.wait()


def _binds(claim: socket.socket, port: int) -> bool:
    try:
        claim.bind((_LOOPBACK, port))
    except OSError:
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((_LOOPBACK, port)) != 0


if __name__ == "__main__":
    sys.exit(asyncio.run(serve(int(sys.argv[1]), sys.argv[2])))
