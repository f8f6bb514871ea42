"""A server small enough to start in a test: ``tiny_server.py PORT MANNER``.

Manners: ``plain``; ``forking`` (a child serves, and outlives its parent); ``crashing``
(ends at once); ``polite`` (ends with status 0 if the port is taken); ``silent`` (runs
and never listens).
"""

import os
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers = {
            "/version": "tiny 1.0",
            "/environment": "\n".join(f"{name}={value}" for name, value in os.environ.items()),
            "/directory": os.getcwd(),  # noqa: PTH109
        }
        body = answers.get(self.path, "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


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
    serve(port)


if __name__ == "__main__":
    main()
