"""The part of a cluster's API that has Seldon's deployments, and the models behind the gateway."""

import json
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.azure.cluster_api import encoded_pair
from tests.tls_server import TlsServer, serving

NAMESPACE = "matcha-seldon-workloads"
INPUTS = [{"name": "petal length (cm)", "datatype": "FP64", "shape": [-1, 1]}]
_DEPLOYMENTS = f"/apis/machinelearning.seldon.io/v1/namespaces/{NAMESPACE}/seldondeployments"
_LOGIN = b64encode(b"matcha:gateway password").decode()


class SeldonApi(TlsServer):
    """Serves deployments to whoever has the cluster's certificate, and models to the password.

    Attributes:
        deployments: Name to what was sent, with what the API adds.
    """

    daemon_threads = True

    def __init__(self, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.deployments: dict[str, dict[str, Any]] = {}
        self._pair = encoded_pair(certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.context.load_verify_locations(certificate)
        self.context.verify_mode = ssl.CERT_OPTIONAL

    @property
    def host(self) -> str:
        """Host and port."""
        return f"localhost:{self.server_address[1]}"

    @property
    def access(self) -> dict[str, str]:
        """What the foundation gives of the cluster."""
        public, private = self._pair
        return {
            "cluster_host": f"https://{self.host}",
            "cluster_ca_certificate": public,
            "cluster_client_certificate": public,
            "cluster_client_key": private,
        }

    def put(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Take a deployment; a model that is called broken fails, any other is there."""
        name = wanted["metadata"]["name"]
        before = self.deployments.get(name, {"metadata": {"generation": 0}})
        generation = before["metadata"]["generation"] + 1
        (predictor,) = wanted["spec"]["predictors"]
        (container,) = predictor["componentSpecs"][0]["spec"]["containers"]
        variables = {item["name"]: item["value"] for item in container["env"]}
        status = {"state": "Available", "observedGeneration": generation}
        if "broken" in variables["MLSERVER_MODEL_URI"]:
            status = {"state": "Failed", "description": "the model is no model"}
        numbers = {"generation": generation, "resourceVersion": str(generation)}
        made = {**wanted, "metadata": {**wanted["metadata"], **numbers}, "status": status}
        self.deployments[name] = made
        return made


class _Handler(BaseHTTPRequestHandler):
    server: SeldonApi

    def do_GET(self) -> None:
        if self.path.startswith("/seldon/"):
            self._answer_model()
        elif self.path == _DEPLOYMENTS:
            self._answer_owner(200, {"items": list(self.server.deployments.values())})
        else:
            found = self.server.deployments.get(self._name())
            self._answer_owner(*((200, found) if found else (404, {"message": "not found"})))

    def do_POST(self) -> None:
        wanted = self._body()
        if wanted["spec"]["protocol"] != "v2":
            self._answer_owner(422, {"message": "spec.protocol is wrong"})
            return
        self._answer_owner(201, self.server.put(wanted))

    def do_PUT(self) -> None:
        wanted = self._body()
        present = self.server.deployments[self._name()]["metadata"]["resourceVersion"]
        if wanted["metadata"]["resourceVersion"] != present:
            self._answer_owner(409, {"message": "the object has been modified"})
        else:
            self._answer_owner(200, self.server.put(wanted))

    def do_DELETE(self) -> None:
        del self.server.deployments[self._name()]
        self._answer_owner(200, {})

    def _answer_model(self) -> None:
        _, _, namespace, deployment, *rest = self.path.split("/")
        if self.headers["Authorization"] != f"Basic {_LOGIN}":
            self._answer(401, {"error": "who are you?"})
        elif namespace != NAMESPACE or rest != ["v2", "models", deployment]:
            self._answer(404, {})
        else:
            self._answer(200, {"name": deployment, "inputs": INPUTS})

    def _name(self) -> str:
        assert self.path.startswith(f"{_DEPLOYMENTS}/")
        return self.path.removeprefix(f"{_DEPLOYMENTS}/")

    def _body(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return content

    def _answer_owner(self, status: int, content: dict[str, Any]) -> None:
        assert isinstance(self.connection, ssl.SSLSocket)
        if self.connection.getpeercert():
            self._answer(status, content)
        else:
            self._answer(401, {"message": "Unauthorized"})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving_seldon(certificate: Path) -> Iterator[SeldonApi]:
    """Serve it for as long as the block takes."""
    with serving(SeldonApi(certificate)) as server:
        yield server
