"""The wizard in a browser: for whoever has the address, on this machine, and for nobody else."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from matcha_tui.web import Door
from tests.command_line import make_environment
from tests.ports import free_port
from tests.waiting import DEADLINE_SECONDS, wait_for

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PLAYWRIGHT = "ms-playwright/chromium*/chrome-linux*/chrome"


@dataclass(frozen=True)
class Served:
    """A server in its own process.

    Attributes:
        process: That process.
        address: What it has printed.
    """

    process: "subprocess.Popen[str]"
    address: URL

    @property
    def origin(self) -> str:
        return str(self.address.origin())


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "matcha_tui", "serve", *arguments],
        cwd=folder,
        env=make_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    process = start(tmp_path)
    assert process.stdout is not None
    try:
        yield Served(process, URL(process.stdout.readline().strip()))
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=DEADLINE_SECONDS)
    jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as session:
        yield session


async def enter(session: aiohttp.ClientSession, served: Served) -> URL:
    """Open the printed address; returns where it leads."""
    async with session.get(served.address) as answer:
        assert answer.status == 200
        return answer.url


async def read_until(socket: aiohttp.ClientWebSocketResponse, words: bytes) -> bytes:
    """Read what the wizard draws until some words are among it."""
    drawn = b""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while words not in drawn:
            message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), drawn
            drawn += message.data if isinstance(message.data, bytes) else b""
    return drawn


@pytest.mark.slow
async def test_the_wizard_is_drawn_and_takes_keys_through_a_websocket(served: Served):
    async with browser() as session:
        page = await enter(session, served)
        address = page.join(URL("ws")).with_query(width=80, height=24)
        async with session.ws_connect(address, origin=served.origin) as socket:
            await read_until(socket, b"A working MLOps stack")
            await socket.send_json(["stdin", "q"])
            async with asyncio.timeout(DEADLINE_SECONDS):
                while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                    pass


@pytest.mark.slow
async def test_an_address_works_once_and_its_page_names_no_secret(served: Served):
    async with browser() as session, browser() as other:
        async with session.get(served.address, allow_redirects=False) as answer:
            cookie = answer.cookies["matcha"]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
            assert cookie["path"] == answer.headers["Location"]
        async with other.get(served.address) as answer:
            assert answer.status == 403
            assert "used before" in await answer.text()
        page = served.address.origin().join(URL(cookie["path"]))
        async with session.get(page) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            assert cookie.value not in text
            assert served.address.query["token"] not in text
        async with other.get(page) as answer:
            assert answer.status == 403
        async with other.get(served.origin) as answer:
            assert answer.status == 403


@pytest.mark.slow
async def test_no_other_page_and_no_other_name_reaches_it(served: Served):
    async with browser() as session:
        page = await enter(session, served)
        socket = page.join(URL("ws"))
        for headers in (
            {"Host": "evil.example"},
            {"Host": f"localhost:{page.port}"},
            {"Origin": "http://evil.example"},
            {"Origin": f"http://{page.host}:{free_port()}"},
            {"Origin": "null"},
        ):
            async with session.get(page, headers=headers) as answer:
                assert answer.status == 403, headers
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(socket, headers={"Origin": served.origin} | headers)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(socket)  # which says no origin is no page


@pytest.mark.slow
async def test_an_interrupt_ends_it_and_the_wizards_that_are_open(served: Served):
    async with browser() as session:
        page = await enter(session, served)
        async with session.ws_connect(page.join(URL("ws")), origin=served.origin) as socket:
            await read_until(socket, b"A working MLOps stack")
            served.process.send_signal(signal.SIGINT)
            async with asyncio.timeout(DEADLINE_SECONDS):
                async for _message in socket:
                    pass
    assert served.process.wait(DEADLINE_SECONDS) == 0


@pytest.mark.slow
def test_it_binds_to_this_machine_only_and_says_so(tmp_path: Path):
    for host in ("0.0.0.0", "::", "example.com"):
        process = start(tmp_path, "--host", host)
        _, narration = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 2
        assert narration.startswith("matcha-tui serve is for this machine only")
        assert "ssh -L" in narration


@pytest.mark.slow
def test_a_port_that_is_taken_and_a_missing_package_are_sentences(tmp_path: Path, served: Served):
    process = start(tmp_path, "--port", str(served.address.port))
    _, narration = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 3
    assert narration.startswith(f"port {served.address.port} cannot be used")
    finished = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys; sys.modules['textual_serve'] = None; sys.argv = ['matcha-tui', 'serve'];"
            "from matcha_tui.__main__ import main; main()",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 4
    assert "pip install 'matcha-tui[web]'" in finished.stderr


def test_a_door_takes_a_token_once():
    door = Door(8000)
    token = URL(door.address).query["token"]
    assert door.enter("") is None
    assert door.enter("é") is None
    cookie = door.enter(token)
    assert cookie is not None
    assert door.enter(token) is None
    inside = f"{door.path}/"
    assert door.find_refusal("127.0.0.1:8000", None, cookie, inside) == ""
    assert door.find_refusal("127.0.0.1:8000", None, cookie, "/elsewhere/")
    assert door.find_refusal("127.0.0.1:8000", None, "", inside)
    assert door.find_refusal("127.0.0.1", None, cookie, inside)


class Page:
    """A page of a browser, over Chromium's own protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            answer = json.loads((await self._socket.receive()).data)
            if answer.get("id") == self._number:
                found: dict[str, Any] = answer.get("result", {})
                return found

    async def evaluate(self, script: str) -> Any:
        answer = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        return answer.get("result", {}).get("value")

    async def until(self, condition: str) -> None:
        """Wait for what becomes true in the page; a page that is left while it waits is none."""
        script = (
            "new Promise(done => { const look = () =>"
            f" ({condition}) ? done(true) : requestAnimationFrame(look); look(); }})"
        )
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not await self.evaluate(script):
                pass


def find_browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache"))
    theirs = sorted(path for where in (cache, cache.parent) for path in where.glob(PLAYWRIGHT))
    path = found or next(map(str, theirs), "")
    if not path:
        pytest.skip("there is no Chromium here, neither Debian's nor Playwright's")
    return path


@pytest.fixture
def debugged(tmp_path: Path) -> Iterator[str]:
    """Chromium without a window; gives the port that it takes orders at."""
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
    profile = tmp_path / "profile"
    process = subprocess.Popen(
        [find_browser(), *options, f"--user-data-dir={profile}", "about:blank"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield wait_for(lambda: read_port(profile / "DevToolsActivePort"))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@asynccontextmanager
async def opened_page(port: str) -> AsyncIterator[Page]:
    async with browser() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            pages = [one for one in await answer.json() if one["type"] == "page"]
        address = f"ws://127.0.0.1:{port}/devtools/page/{pages[0]['id']}"
        async with session.ws_connect(address, max_msg_size=0) as socket:
            yield Page(socket)


def read_port(file: Path) -> str | None:
    return file.read_text().partition("\n")[0] or None if file.exists() else None


@pytest.mark.slow
async def test_chromium_shows_the_wizard_and_its_keys_reach_it(served: Served, debugged: str):
    async with opened_page(debugged) as page:
        await page.call("Page.navigate", url=str(served.address))
        await page.until("document.body.classList.contains('-first-byte')")
        assert "token" not in await page.evaluate("location.href")
        assert await page.evaluate("document.cookie") == ""
        whole = await page.evaluate("document.documentElement.outerHTML")
        assert served.address.query["token"] not in whole
        await page.until("document.querySelector('.xterm-helper-textarea') !== null")
        await page.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
        for kind in ("keyDown", "keyUp"):
            await page.call("Input.dispatchKeyEvent", type=kind, text="q", key="q")
        await page.until("document.body.classList.contains('-closed')")
