"""Models on the cluster: one SeldonDeployment each, with MLServer and a model of MLflow.

MLServer asks MLflow inside the cluster, where no password is needed. The API's objects are those
of Seldon Core 1 (machinelearning.seldon.io/v1); MLServer is set up by its environment variables.
"""

import time
from collections.abc import Mapping
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.targets.azure.cluster.api import ClusterApi, ClusterError, open_cluster
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.inference import ask_server, parse_inputs
from matcha_tui.targets.parts import Given, ServedModel, is_uri

_IMAGE = "docker.io/seldonio/mlserver:1.7.1-mlflow"
_MLFLOW = "http://mlflow.matcha-mlflow.svc.cluster.local"
_LABELS = {"app.kubernetes.io/managed-by": "matcha"}
_SOURCE = "matcha/source"
_PORTS = {"MLSERVER_HTTP_PORT": "9000", "MLSERVER_GRPC_PORT": "9500"}  # Seldon's own
_WAIT_SECONDS = 600.0
_POLL_SECONDS = 2.0
_NOT_FOUND = 404


def deploy_model(spec: StackSpec, given: Given, source: str, name: str) -> ServedModel:
    """Make or change the SeldonDeployment, and wait until the model answers."""
    deployer = _deployer(given)
    if not is_uri(source):
        raise MatchaError(
            f"the cluster cannot reach {source}",
            hint="Log the model to MLflow, and give its address there: models:/NAME/VERSION.",
            exit_code=ExitCode.USAGE,
        )
    cluster, path = open_cluster(spec), f"{_path(deployer)}/{name}"
    earlier = _find(cluster, path)
    desired = _manifest(deployer, source, name)
    _put(cluster, path, desired, earlier)
    try:
        _wait(cluster, path)
    except MatchaError as error:
        if earlier is None:
            cluster.ask("DELETE", path)
            back = "It is removed again."
        else:
            before = {key: value for key, value in earlier.items() if key != "status"}
            _put(cluster, path, before, _find(cluster, path))
            back = "What was served before is back."
        raise MatchaError(f"Seldon cannot serve {source}: {error.message}", hint=back) from error
    return _served(deployer, _find(cluster, path) or desired)


def list_models(spec: StackSpec, given: Given) -> tuple[ServedModel, ...]:
    """Return every SeldonDeployment of the workloads' namespace."""
    deployer = _deployer(given)
    found = open_cluster(spec).ask("GET", _path(deployer))["items"]
    return tuple(sorted((_served(deployer, item) for item in found), key=lambda model: model.name))


def remove_model(spec: StackSpec, given: Given, name: str) -> None:
    """Delete a SeldonDeployment."""
    path, cluster = _path(_deployer(given)), open_cluster(spec)
    known = [item["metadata"]["name"] for item in cluster.ask("GET", path)["items"]]
    cluster.ask("DELETE", f"{path}/{choose_name('model', name, sorted(known))}")


def _deployer(given: Given) -> Mapping[str, str]:
    deployer = given.get("model-deployer")
    if deployer is None or "workloads-namespace" not in deployer:
        raise MatchaError(
            "the deployed stack has no Seldon",
            hint="Add it: matcha stack add deployer seldon",
            exit_code=ExitCode.REFUSED,
        )
    return deployer


def _path(deployer: Mapping[str, str]) -> str:
    namespace = deployer["workloads-namespace"]
    return f"/apis/machinelearning.seldon.io/v1/namespaces/{namespace}/seldondeployments"


def _manifest(deployer: Mapping[str, str], source: str, name: str) -> dict[str, Any]:
    variables = {
        **_PORTS,
        "MLFLOW_TRACKING_URI": _MLFLOW,
        "MLSERVER_MODEL_NAME": name,
        "MLSERVER_MODEL_IMPLEMENTATION": "mlserver_mlflow.MLflowRuntime",
        "MLSERVER_MODEL_URI": source,
    }
    container = {
        "name": name,
        "image": _IMAGE,
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "machinelearning.seldon.io/v1",
        "kind": "SeldonDeployment",
        "metadata": {
            "name": name,
            "namespace": deployer["workloads-namespace"],
            "labels": _LABELS,
            "annotations": {_SOURCE: source},
        },
        "spec": {
            "protocol": "v2",
            "predictors": [
                {
                    "name": "default",  # the router knows this name
                    "replicas": 1,
                    "graph": {"name": name, "type": "MODEL"},
                    "componentSpecs": [{"spec": {"containers": [container]}}],
                }
            ],
        },
    }


def _put(
    cluster: ClusterApi, path: str, desired: Mapping[str, Any], present: Mapping[str, Any] | None
) -> None:
    if present is None:
        cluster.ask("POST", path.rpartition("/")[0], desired)
        return
    version = {"resourceVersion": present["metadata"]["resourceVersion"]}
    cluster.ask("PUT", path, {**desired, "metadata": {**desired["metadata"], **version}})


def _wait(cluster: ClusterApi, path: str) -> None:
    """Wait until Seldon has made what is desired now available."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        found = _find(cluster, path)
        status = (found or {}).get("status") or {}
        state, reason = status.get("state"), str(status.get("description") or "")
        if found is None:
            raise MatchaError("somebody has deleted it meanwhile")
        if state == "Failed":
            raise MatchaError(reason or "it failed, and Seldon does not say why")
        # The status has to be about the last change; one without a number always is.
        current = (None, found["metadata"].get("generation"))
        if state == "Available" and status.get("observedGeneration") in current:
            return
        if time.monotonic() > deadline:
            words = f": {reason}" if reason else ""
            raise MatchaError(f"it was not available within {_WAIT_SECONDS:g} s{words}")
        time.sleep(_POLL_SECONDS)


def _served(deployer: Mapping[str, str], item: Mapping[str, Any]) -> ServedModel:
    name, status = item["metadata"]["name"], item.get("status") or {}
    place = f"{deployer['base-url']}/seldon/{deployer['workloads-namespace']}/{name}"
    address, is_ready = f"https://{place}/v2/models/{name}", status.get("state") == "Available"
    metadata: Mapping[str, Any] = {}
    if is_ready:
        login = (deployer["username"], deployer["password"])
        metadata = ask_server("GET", address, credentials=login, through_proxy=True)
    return ServedModel(
        name=name,
        source=str((item["metadata"].get("annotations") or {}).get(_SOURCE, "")),
        url=f"{address}/infer",
        state="READY" if is_ready else str(status.get("state") or "CREATING").upper(),
        reason="" if is_ready else str(status.get("description") or ""),
        inputs=parse_inputs(metadata),
        credentials=True,
    )


def _find(cluster: ClusterApi, path: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = cluster.ask("GET", path)
    except ClusterError as error:
        if error.status == _NOT_FOUND:
            return None
        raise
    return found
