"""The part of a cluster's API that has Seldon's deployments, and the models behind the gateway."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.azure.owners import OwnersApi, OwnersHandler
from tests.tls_server import serving

NAMESPACE = "matcha-seldon-workloads"
INPUTS = [{"name": "petal length (cm)", "datatype": "FP64", "shape": [-1, 1]}]
_DEPLOYMENTS = f"/apis/machinelearning.seldon.io/v1/namespaces/{NAMESPACE}/seldondeployments"
_LOGIN = b64encode(b"matcha:gateway password").decode()


class SeldonApi(OwnersApi):
    """Serves deployments to whoever has the cluster's certificate, and models to the password.

    Attributes:
        deployments: Name to what was sent, with what the API adds.
    """

    def __init__(self, certificate: Path) -> None:
        super().__init__(certificate, _Handler)
        self.deployments: dict[str, dict[str, Any]] = {}

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


class _Handler(OwnersHandler, BaseHTTPRequestHandler):
    server: SeldonApi

    def do_GET(self) -> None:
        if self.path.startswith("/seldon/"):
            self._answer_model()
        elif self.path == _DEPLOYMENTS:
            self.answer_owner(200, {"items": list(self.server.deployments.values())})
        else:
            found = self.server.deployments.get(self._name())
            self.answer_owner(*((200, found) if found else (404, {"message": "not found"})))

    def do_POST(self) -> None:
        wanted = self._body()
        if wanted["spec"]["protocol"] != "v2":
            self.answer_owner(422, {"message": "spec.protocol is wrong"})
            return
        self.answer_owner(201, self.server.put(wanted))

    def do_PUT(self) -> None:
        wanted = self._body()
        present = self.server.deployments[self._name()]["metadata"]["resourceVersion"]
        if wanted["metadata"]["resourceVersion"] != present:
            self.answer_owner(409, {"message": "the object has been modified"})
        else:
            self.answer_owner(200, self.server.put(wanted))

    def do_DELETE(self) -> None:
        del self.server.deployments[self._name()]
        self.answer_owner(200, {})

    def _answer_model(self) -> None:
        _, _, namespace, deployment, *rest = self.path.split("/")
        if self.headers["Authorization"] != f"Basic {_LOGIN}":
            self.answer(401, {"error": "who are you?"})
        elif namespace != NAMESPACE or rest != ["v2", "models", deployment]:
            self.answer(404, {})
        else:
            self.answer(200, {"name": deployment, "inputs": INPUTS})

    def _name(self) -> str:
        assert self.path.startswith(f"{_DEPLOYMENTS}/")
        return self.path.removeprefix(f"{_DEPLOYMENTS}/")

    def _body(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return content


@contextmanager
def serving_seldon(certificate: Path) -> Iterator[SeldonApi]:
    """Serve it for as long as the block takes."""
    with serving(SeldonApi(certificate)) as server:
        yield server
