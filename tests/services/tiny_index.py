"""A private package index with one tiny wheel, as PEP 503 has it, behind a password."""

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = "s3cret-word"
_LOGIN = "Basic " + base64.b64encode(f"tea:{SECRET}".encode()).decode()
_METADATA = "Metadata-Version: 2.1\nName: tiny-thing\nVersion: {}\n"
_WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass
class TinyIndex:
    """A running index.

    Attributes:
        url: Its address, with name and password.
        digest: The SHA-256 of its first wheel.
        asked: The paths that were asked for with the right password.
        hold: While it is cleared, no answer is given.
        answers: So many are given all the same.
        is_dropped: Whether what has waited gets none.
    """

    url: str
    digest: str
    asked: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    answers: int | None = None
    is_dropped: bool = False

    def hold_after(self, answers: int) -> None:
        """Give only so many answers, until `hold` is set."""
        self.answers = answers
        self.hold.clear()

    def drop(self) -> None:
        """Close what waits for an answer, without one."""
        self.is_dropped = True
        self.hold.set()


@contextmanager
def run_index(folder: Path, versions: Sequence[str] = ("1.0",)) -> Iterator[TinyIndex]:
    """Serve an index from a folder inside the block; the wheel is there in each version."""
    simple = folder / "simple"
    (simple / "tiny-thing").mkdir(parents=True)
    wheels = [_write_wheel(simple / "tiny-thing", version) for version in versions]
    digests = [hashlib.sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
    (simple / "index.html").write_text('<a href="tiny-thing/">tiny-thing</a>')
    links = [
        f'<a href="{wheel.name}#sha256={digest}">{wheel.name}</a>'
        for wheel, digest in zip(wheels, digests, strict=True)
    ]
    (simple / "tiny-thing/index.html").write_text("\n".join(links))
    index = TinyIndex("", digests[0])
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
            if index.answers is None or len(index.asked) > index.answers:
                index.hold.wait(60)
                if index.is_dropped:
                    self.close_connection = True
                    return
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


def _write_wheel(folder: Path, version: str) -> Path:
    path, facts = folder / f"tiny_thing-{version}-py3-none-any.whl", f"tiny_thing-{version}"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny_thing.py", "ANSWER = 42\n")
        wheel.writestr(f"{facts}.dist-info/METADATA", _METADATA.format(version))
        wheel.writestr(f"{facts}.dist-info/WHEEL", _WHEEL)
        wheel.writestr(f"{facts}.dist-info/RECORD", "")
    return path
