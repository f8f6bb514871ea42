"""A server small enough to start in a test: ``tiny_server.py PORT MANNER``.

Manners: ``plain``; ``forking`` (a child serves, and outlives its parent); ``crashing``
(ends at once); ``polite`` (ends with status 0 if the port is taken); ``silent`` (runs
and never listens); ``rubbish`` (answers something else); ``stubborn`` (hears no request to
end); ``leaving`` (a child serves, and its parent ends at once); ``brief`` (ends a moment after
its first answer); ``noisy`` (says what no terminal should be given, and ends).
"""

import os
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOISE = (
    b"\x1b[2J\x1b[31mred\x1b]0;title\x07\x1b]8;;http://example.com\x1b\\\n",
    b"half \xff\xfe a word\n",
    b"m" * 60_000 + b"\n",
    b"L" * 20 * 2**20 + b"\n",
    b"the last line\n",
)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers = {
            "/version": "tiny 1.0",
            "/environment": "\n".join(f"{name}={value}" for name, value in os.environ.items()),
            "/directory": os.getcwd(),  # noqa: PTH109
        }
        body = answers.get(self.path, "").encode()
        if "rubbish" in sys.argv:
            body = b"\x00\xff<html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if "brief" in sys.argv:
            threading.Timer(0.5, os._exit, [1]).start()


def serve(port: int) -> None:
    print(f"listening on {port}", flush=True)  # noqa: T201
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def main() -> None:
    port, manner = int(sys.argv[1]), sys.argv[2]
    if manner == "crashing":
        sys.exit("I cannot go on")
    if manner == "polite":
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(0)
    if manner == "silent":
        time.sleep(600)
    if manner == "forking" and os.fork():
        os.wait()
    if manner == "leaving" and os.fork():
        sys.exit(0)
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if manner == "noisy":
        for line in NOISE:
            sys.stdout.buffer.write(line)
        sys.exit(1)
    serve(port)


if __name__ == "__main__":
    main()
