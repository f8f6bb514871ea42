"""The part of a cluster's API that has pods and their logs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.azure.owners import OwnersApi, OwnersHandler
from tests.tls_server import serving


class PodsApi(OwnersApi):
    """Serves logs.

    Attributes:
        logs: Namespace, pod and container to its lines; ``None`` for one that is being created.
        asked: Path and query of each log that was asked for.
        grows: Set when whoever follows is to be sent one more line, and the end.
    """

    def __init__(self, certificate: Path) -> None:
        super().__init__(certificate, _Handler)
        self.logs: dict[tuple[str, str, str], list[str] | None] = {}
        self.asked: list[str] = []
        self.grows = threading.Event()


class _Handler(OwnersHandler, BaseHTTPRequestHandler):
    server: PodsApi

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")  # api, v1, namespaces, NAME, pods, NAME, log
        if not self.is_owner():
            self.answer(401, {"message": "Unauthorized"})
        elif parts[2:] == ["namespaces"]:
            names = sorted({namespace for namespace, _, _ in self.server.logs})
            self.answer(200, {"items": [{"metadata": {"name": name}} for name in names]})
        elif len(parts) == 5:
            self.answer(200, {"items": self._pods(parts[3])})
        else:
            self.server.asked.append(self.path)
            self._answer_log(parts[3], parts[5], parse_qs(url.query))

    def _pods(self, wanted: str) -> list[dict[str, object]]:
        pods: dict[str, list[dict[str, str]]] = {}
        for namespace, pod, container in self.server.logs:
            if namespace == wanted:
                pods.setdefault(pod, []).append({"name": container})
        return [
            {"metadata": {"name": name}, "spec": {"containers": containers}}
            for name, containers in pods.items()
        ]

    def _answer_log(self, namespace: str, pod: str, query: dict[str, list[str]]) -> None:
        lines = self.server.logs[namespace, pod, query["container"][0]]
        if lines is None:
            self.answer(400, {"message": "container is waiting to start: ContainerCreating"})
            return
        if "tailLines" in query:
            lines = lines[-int(query["tailLines"][0]) :]
        self.send_response(200)
        self.end_headers()
        self.wfile.write("".join(f"{line}\n" for line in lines).encode())
        if "follow" in query:
            self.wfile.flush()
            self.server.grows.wait(60)
            self.wfile.write(b"one more\n")


@contextmanager
def serving_pods(certificate: Path) -> Iterator[PodsApi]:
    """Serve them for as long as the block takes."""
    with serving(PodsApi(certificate)) as server:
        yield server
