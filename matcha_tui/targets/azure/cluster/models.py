"""Models on the cluster: one SeldonDeployment each, with MLServer and a model of MLflow.

MLServer asks MLflow inside the cluster, where no password is needed. The API's objects are those
of Seldon Core 1 (machinelearning.seldon.io/v1); MLServer is set up by its environment variables.
"""

import http.client
import time
import urllib.error
from collections.abc import Mapping
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.targets.azure.cluster.api import ClusterApi, api_message, open_cluster
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.inference import ask_server, parse_inputs
from matcha_tui.targets.parts import Given, ServedModel, is_uri

IMAGE = "docker.io/seldonio/mlserver:1.7.1-mlflow"
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
    cluster, path = open_cluster(spec), _path(deployer)
    earlier = _find(cluster, f"{path}/{name}")
    wanted = _manifest(deployer, source, name)
    _put(cluster, path, name, wanted, earlier)
    try:
        _wait(cluster, f"{path}/{name}")
    except MatchaError as error:
        if earlier is None:
            _ask(cluster, "DELETE", f"{path}/{name}")
        else:
            _put(cluster, path, name, _without_status(earlier), _find(cluster, f"{path}/{name}"))
        back = "what was served before is back" if earlier else "it is removed again"
        raise MatchaError(
            f"Seldon cannot serve {source}: {error.message}", hint=f"{back.capitalize()}."
        ) from error
    return _served(deployer, _find(cluster, f"{path}/{name}") or wanted)


def list_models(spec: StackSpec, given: Given) -> tuple[ServedModel, ...]:
    """Return every SeldonDeployment of the workloads' namespace."""
    deployer = _deployer(given)
    found = _ask(open_cluster(spec), "GET", _path(deployer))["items"]
    return tuple(sorted((_served(deployer, item) for item in found), key=lambda model: model.name))


def remove_model(spec: StackSpec, given: Given, name: str) -> None:
    """Delete a SeldonDeployment."""
    deployer, cluster = _deployer(given), open_cluster(spec)
    known = [item["metadata"]["name"] for item in _ask(cluster, "GET", _path(deployer))["items"]]
    _ask(cluster, "DELETE", f"{_path(deployer)}/{choose_name('model', name, sorted(known))}")


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
        "image": IMAGE,
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "resources": {
            "requests": {"cpu": "100m", "memory": "512Mi"},
            "limits": {"memory": "2Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
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
    cluster: ClusterApi,
    path: str,
    name: str,
    wanted: Mapping[str, Any],
    present: Mapping[str, Any] | None,
) -> None:
    if present is None:
        _ask(cluster, "POST", path, wanted)
        return
    version = {"resourceVersion": present["metadata"]["resourceVersion"]}
    _ask(
        cluster,
        "PUT",
        f"{path}/{name}",
        {**wanted, "metadata": {**wanted["metadata"], **version}},
    )


def _wait(cluster: ClusterApi, path: str) -> None:
    """Wait until Seldon has made what is wanted now available."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        found = _find(cluster, path)
        status = (found or {}).get("status") or {}
        state, reason = status.get("state"), str(status.get("description") or "")
        if found is None:
            raise MatchaError("somebody has deleted it meanwhile")
        if state == "Failed":
            raise MatchaError(reason or "it failed, and Seldon does not say why")
        if state == "Available" and _is_current(found):
            return
        if time.monotonic() > deadline:
            words = f": {reason}" if reason else ""
            raise MatchaError(f"it was not available within {_WAIT_SECONDS:g} s{words}")
        time.sleep(_POLL_SECONDS)


def _is_current(found: Mapping[str, Any]) -> bool:
    """Return whether the status is about the last change; one without a number always is."""
    observed = (found.get("status") or {}).get("observedGeneration")
    return observed is None or observed == found["metadata"].get("generation")


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
    except urllib.error.HTTPError as error:
        if error.code == _NOT_FOUND:
            return None
        raise _refusal(error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _silence(error) from error
    return found


def _ask(cluster: ClusterApi, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    try:
        return cluster.ask(method, path, body)
    except urllib.error.HTTPError as error:
        raise _refusal(error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _silence(error) from error


def _refusal(error: urllib.error.HTTPError) -> MatchaError:
    return MatchaError(
        f"the cluster refuses: {api_message(error)}", hint="`matcha status` says more."
    )


def _silence(error: Exception) -> MatchaError:
    return MatchaError(f"the cluster does not answer: {error}", hint="`matcha status` says more.")


def _without_status(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "status"}
