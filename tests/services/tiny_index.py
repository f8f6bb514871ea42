"""A private package index with one tiny wheel, as PEP 503 has it, behind a password."""

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = "s3cret-word"
_LOGIN = "Basic " + base64.b64encode(f"tea:{SECRET}".encode()).decode()
_METADATA = "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n"
_WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass
class TinyIndex:
    """A running index.

    Attributes:
        url: Its address, with name and password.
        digest: The SHA-256 of its wheel.
        asked: The paths that were asked for with the right password.
        hold: While it is cleared, no answer is given.
    """

    url: str
    digest: str
    asked: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)


@contextmanager
def run_index(folder: Path) -> Iterator[TinyIndex]:
    """Serve an index from a folder inside the block."""
    simple = folder / "simple"
    (simple / "tiny-thing").mkdir(parents=True)
    wheel = _write_wheel(simple / "tiny-thing")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (simple / "index.html").write_text('<a href="tiny-thing/">tiny-thing</a>')
    link = f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>'
    (simple / "tiny-thing/index.html").write_text(link)
    index = TinyIndex("", digest)
    index.hold.set()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != _LOGIN:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="tea"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            index.asked.append(self.path)
            index.hold.wait(60)
            super().do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    index.url = f"http://tea:{SECRET}@127.0.0.1:{server.server_port}/simple"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield index
    finally:
        index.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _write_wheel(folder: Path) -> Path:
    path = folder / "tiny_thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_thing.py", "ANSWER = 42\n")
        wheel.writestr("tiny_thing-1.0.dist-info/METADATA", _METADATA)
        wheel.writestr("tiny_thing-1.0.dist-info/WHEEL", _WHEEL)
        wheel.writestr("tiny_thing-1.0.dist-info/RECORD", "")
    return path
