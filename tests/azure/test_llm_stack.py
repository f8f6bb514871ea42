"""The LLM stack on Azure, from an empty folder and back: tests in the order of a life."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.azure.charts import must_fit_their_charts, values_of
from tests.azure.project import SETTINGS, AzureProject
from tests.command_line import SCRIPTS

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

HOST = "tea-ia4gg.westeurope.cloudapp.azure.com"
PUBLIC = {
    "cloud": ("location", "prefix", "resource-group-name"),
    "container-registry": ("registry-name", "registry-url"),
    "data-version-control": ("account-name", "container-name", "remote-url"),
    "experiment-tracker": ("tracking-url",),
    "model-deployer": ("base-url", "workloads-namespace"),
    "orchestrator": ("k8s-context",),
    "pipeline": ("server-url", "storage-path"),
    "vector-database": ("url",),
}
SECRET = {
    "data-version-control": ("connection-string",),
    "experiment-tracker": ("tracking-username", "tracking-password"),
    "model-deployer": ("username", "password"),
    "pipeline": ("server-username", "server-password", "connection-string"),
    "vector-database": ("username", "password", "credentials"),
}


def test_one_command_builds_it(lasting_azure: AzureProject):
    assert lasting_azure.matcha("stack", "set", "llm").returncode == 0
    words = [word for name in ("location", "prefix") for word in (f"--{name}", SETTINGS[name])]
    for name in ("subscription_id", "state"):
        words += ["--set", f"{name}={SETTINGS[name]}"]
    lasting_azure.must_provision("--target", "azure", *words)
    types = lasting_azure.types()
    assert types.count("azurerm_kubernetes_cluster") == 1
    assert types.count("azurerm_mysql_flexible_server") == 1
    assert types.count("azurerm_storage_account") == 3
    assert types.count("helm_release") == 5


def test_every_value_is_one_that_its_chart_reads(lasting_azure: AzureProject):
    releases = lasting_azure.simulator.of_type("helm_release")
    assert len(releases) == 5
    must_fit_their_charts(releases)


def test_pods_may_do_no_more_than_they_need(lasting_azure: AzureProject):
    values = {
        one["name"]: values_of(one) for one in lasting_azure.simulator.of_type("helm_release")
    }
    chroma = values["chroma"]["podSpec"]["securityContext"]
    zenml = values["zenml"]
    for pod, container in (
        (chroma, chroma),
        (zenml["podSecurityContext"], zenml["securityContext"]),
        (
            values["mlflow"]["podSecurityContext"],
            values["mlflow"]["initContainers"][0]["securityContext"],
        ),
    ):
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["allowPrivilegeEscalation"] is False
        assert container["capabilities"] == {"drop": ["ALL"]}
        assert container["runAsNonRoot"] is True
        assert container["runAsUser"] > 0


def test_what_mlflow_installs_is_locked_and_bounded(lasting_azure: AzureProject):
    (release,) = (
        one for one in lasting_azure.simulator.of_type("helm_release") if one["name"] == "mlflow"
    )
    (installing,) = values_of(release)["initContainers"]
    assert {"--require-hashes", "--no-deps"} <= set(installing["command"])
    assert set(installing["resources"]) == {"requests", "limits"}
    (lock,) = (
        one["data"]["requirements.txt"]
        for one in lasting_azure.simulator.of_type("kubernetes_config_map_v1")
        if one["metadata"][0]["name"] == "azure-identity"
    )
    lines = [line for line in lock.splitlines() if not line.startswith("#")]
    assert lines
    assert all("==" in line and " --hash=sha256:" in line for line in lines)


def test_it_gives_what_scripts_read_and_masks_what_is_secret(lasting_azure: AzureProject):
    answer = lasting_azure.matcha("get", "--output", "json")
    shown = json.loads(answer.stdout)
    told = json.loads(lasting_azure.matcha("get", "--output", "json", "--show-sensitive").stdout)
    names = {
        resource: sorted(PUBLIC.get(resource, ()) + SECRET.get(resource, ()))
        for resource in PUBLIC | SECRET
    }
    assert {resource: sorted(given) for resource, given in told.items()} == names
    for resource, properties in names.items():
        for name in properties:
            assert told[resource][name], f"{resource} {name} is empty"
            is_shown = shown[resource][name] == told[resource][name]
            assert is_shown is (name in PUBLIC[resource]), f"{resource} {name}"
    secrets = {told[resource][name] for resource, given in SECRET.items() for name in given}
    for secret in secrets - {"admin", "matcha"}:
        assert secret not in answer.stdout


def test_a_setup_script_reads_its_values_with_sed(lasting_azure: AzureProject):
    matcha = lasting_azure.matcha
    path = f"{SCRIPTS}{os.pathsep}{matcha.environment['PATH']}"
    finished = subprocess.run(
        ["bash", str(Path(__file__).with_name("read_values.sh"))],
        cwd=matcha.folder,
        env=matcha.environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    values = dict(line.split(" ", 1) for line in finished.stdout.splitlines())
    assert values.pop("connection").startswith("DefaultEndpointsProtocol=https;AccountName=tea")
    assert len(values.pop("password")) >= 24
    assert values == {
        "tracking": f"https://{HOST}/mlflow",
        "server": f"https://{HOST}",
        "username": "admin",
        "storage": "az://artifacts",
        "registry": "teaia4ggregistry.azurecr.io",
        "registry-name": "teaia4ggregistry",
        "context": "tea-cluster",
        "deployer": f"http://{HOST}",
        "workloads": "matcha-seldon-workloads",
    }


def test_what_is_written_is_private(lasting_azure: AzureProject):
    infrastructure = lasting_azure.matcha.folder / ".matcha/infrastructure"
    assert stat.S_IMODE(infrastructure.stat().st_mode) == 0o700
    for file in (
        "matcha.state",
        "foundation/terraform.tfstate",
        "platform/terraform.tfstate",
        "platform/foundation.auto.tfvars.json",
    ):
        assert stat.S_IMODE((infrastructure / file).stat().st_mode) == 0o600, file
    password = lasting_azure.matcha.get("pipeline", "server-password")
    for log in (lasting_azure.matcha.folder / ".matcha/runs").rglob("events.jsonl"):
        assert password not in log.read_text()


def test_a_kubeconfig_is_written_on_request(lasting_azure: AzureProject, tmp_path: Path):
    file = tmp_path / "kubeconfig"
    answer = lasting_azure.matcha("kubeconfig", "--file", str(file))
    assert (answer.returncode, answer.stdout.strip()) == (0, "tea-cluster"), answer.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "current-context: tea-cluster" in file.read_text()


def test_a_plan_then_finds_nothing_to_do(lasting_azure: AzureProject):
    lasting_azure.must_find_no_changes()


def test_destroy_leaves_nothing_behind(lasting_azure: AzureProject):
    refused = lasting_azure.destroy("--keep-data")
    assert refused.returncode == 2
    assert "on Azure a destroy keeps no data" in refused.stderr
    lasting_azure.must_destroy()
    infrastructure = lasting_azure.matcha.folder / ".matcha/infrastructure"
    assert not (infrastructure / "matcha.state").exists()
    assert not (infrastructure / "platform/foundation.auto.tfvars.json").exists()
    assert lasting_azure.matcha("kubeconfig").returncode == 3
