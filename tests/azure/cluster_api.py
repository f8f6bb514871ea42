"""The part of a cluster's API that Helm keeps its records in, over the simulator's objects."""

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulator.objects import changing, read
from tests.tls_server import TlsServer, serving

_HAS_EARLIER_REVISION = ("pending-upgrade", "pending-rollback")


class ClusterApi(TlsServer):
    """Answers whoever shows the cluster's own certificate.

    Attributes:
        objects: The file of the simulator's objects.
        asked: Method and path of every request.
        moves: Whether each record changes between being listed and being deleted.
    """

    daemon_threads = True

    def __init__(self, objects: Path, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects = objects
        self.asked: list[str] = []
        self.moves = False
        self._public, self._private = encoded_pair(certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.context.load_verify_locations(certificate)
        self.context.verify_mode = ssl.CERT_REQUIRED

    @property
    def access(self) -> dict[str, str]:
        """What the foundation gives of the cluster."""
        return {
            "cluster_host": f"https://localhost:{self.server_address[1]}",
            "cluster_ca_certificate": self._public,
            "cluster_client_certificate": self._public,
            "cluster_client_key": self._private,
        }

    def records(self) -> dict[str, dict[str, Any]]:
        """Return the metadata of the record of every release, by the secret's path."""
        found = {}
        for key, entry in read(self.objects).items():
            if entry["type"] != "helm_release":
                continue
            _, namespace, release = key.split("/")
            name = f"sh.helm.release.v1.{release}.v1"
            status = entry["values"]["status"]
            found[f"/api/v1/namespaces/{namespace}/secrets/{name}"] = {
                "name": name,
                "namespace": namespace,
                "uid": sha256(key.encode()).hexdigest(),
                "resourceVersion": sha256(
                    f"{len(self.asked) * self.moves}{status}".encode()
                ).hexdigest(),
                "labels": {"owner": "helm", "name": release, "status": status},
                "key": key,
            }
        return found

    def forget(self, key: str) -> None:
        """Delete a record: what was before it counts again."""
        with changing(self.objects) as objects:
            if objects[key]["values"]["status"] in _HAS_EARLIER_REVISION:
                objects[key]["values"]["status"] = "deployed"
            else:
                del objects[key]


class _Handler(BaseHTTPRequestHandler):
    server: ClusterApi

    def do_GET(self) -> None:
        self.server.asked.append(f"GET {self.path}")
        address = urlsplit(self.path)
        if address.path != "/api/v1/secrets":
            self._answer(404, {})
            return
        (selector,) = parse_qs(address.query)["labelSelector"]
        owner, _, statuses = selector.partition(",status in (")
        assert owner == "owner=helm"
        wanted = statuses.removesuffix(")").split(",")
        found = [
            {"metadata": {name: value for name, value in one.items() if name != "key"}}
            for one in self.server.records().values()
            if one["labels"]["status"] in wanted
        ]
        self._answer(200, {"kind": "PartialObjectMetadataList", "items": found})

    def do_DELETE(self) -> None:
        self.server.asked.append(f"DELETE {self.path}")
        options = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        record = self.server.records().get(self.path)
        if record is None:
            self._answer(404, {})
        elif options["preconditions"] != {n: record[n] for n in ("uid", "resourceVersion")}:
            self._answer(409, {"reason": "Conflict"})
        else:
            self.server.forget(record["key"])
            self._answer(200, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving_cluster(objects: Path, certificate: Path) -> Iterator[ClusterApi]:
    """Serve a cluster's API for as long as the block takes."""
    with serving(ClusterApi(objects, certificate)) as server:
        yield server


def encoded_pair(certificate: Path) -> tuple[str, str]:
    """Return a certificate and its key, as the foundation gives them."""
    end = "-----END CERTIFICATE-----\n"
    public, private = certificate.read_text().split(end)
    return _encoded(public + end), _encoded(private)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
