"""A stack on Azure that was never built: what its clients would be told."""

import json
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.project.workspace import Workspace, prepare_workspace

RESOURCES = {
    "cloud": {
        "location": "westeurope",
        "prefix": "tea",
        "resource-group-name": "tea-resources",
    },
    "container-registry": {
        "registry-name": "teaab1cdregistry",
        "registry-url": "teaab1cdregistry.azurecr.io",
    },
    "orchestrator": {"k8s-context": "tea-cluster"},
    "pipeline": {
        "server-url": "https://tea-ab1cd.westeurope.cloudapp.azure.com",
        "server-username": "admin",
        "server-password": "zenml's own password",
        "storage-path": "az://artifacts",
        "connection-string": "DefaultEndpointsProtocol=https;AccountName=teaab1cdzenml;"
        "AccountKey=c2Vj+mV0/A==;EndpointSuffix=core.windows.net",
    },
    "experiment-tracker": {
        "tracking-url": "https://tea-ab1cd.westeurope.cloudapp.azure.com/mlflow",
        "tracking-username": "matcha",
        "tracking-password": "gateway password",
    },
    "data-version-control": {
        "account-name": "teaab1cddvc",
        "container-name": "dvc",
        "remote-url": "azure://dvc",
        "connection-string": "DefaultEndpointsProtocol=https;AccountName=teaab1cddvc;"
        "AccountKey=b3Ro+mVy/Q==;EndpointSuffix=core.windows.net",
    },
    "model-deployer": {
        "base-url": "tea-ab1cd.westeurope.cloudapp.azure.com",
        "workloads-namespace": "matcha-seldon-workloads",
        "username": "matcha",
        "password": "gateway password",
    },
    "vector-database": {
        "url": "https://tea-ab1cd.westeurope.cloudapp.azure.com/chroma",
        "username": "matcha",
        "password": "gateway password",
        "credentials": "matcha:gateway password",
    },
}
"""Resource to property to value, as ``matcha get`` would show them."""

_CONFIG = 'version = 1\ntarget = "azure"\n[stack]\nname = "llm"\n'


def write_project(folder: Path, resources: Mapping[str, Mapping[str, str]] = RESOURCES) -> None:
    """Leave in a folder what a finished provision leaves, as far as clients need it."""
    infrastructure = folder / ".matcha/infrastructure"
    prepare_workspace(Workspace(folder))
    (infrastructure / "matcha.state").write_text(json.dumps(resources))
    (folder / "matcha.toml").write_text(_CONFIG)
