"""What is inside a cluster is given up only when the cluster does not answer."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui.terraform.engine import find_engine
from tests.command_line import make_environment

TYPES = {
    "module.gateway": ("helm_release", "traefik"),
    'module.chart["a.b"]': ("helm_release", "one"),
    "module.deployer": ("kubernetes_namespace_v1", "workloads"),
    "module.orchestrator.module.storage": ("azurerm_storage_account", "this"),
    "module.helm_like": ("random_password", "kubernetes_"),
}
INSIDE = {
    "module.gateway.helm_release.traefik",
    'module.chart["a.b"].helm_release.one',
    'module.deployer.kubernetes_namespace_v1.workloads["x"]',
}
OUTSIDE = {
    "module.orchestrator.module.storage.azurerm_storage_account.this",
    "module.helm_like.random_password.kubernetes_",
}


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """A folder with a state; nothing in it needs a provider to be listed or forgotten."""
    resources = []
    for module, (type_name, name) in TYPES.items():
        provider = type_name.split("_", 1)[0]
        instance = {"schema_version": 0, "attributes": {"id": name}}
        if type_name == "kubernetes_namespace_v1":
            instance["index_key"] = "x"
        resources.append(
            {
                "module": module,
                "mode": "managed",
                "type": type_name,
                "name": name,
                "provider": f'provider["registry.terraform.io/hashicorp/{provider}"]',
                "instances": [instance],
            }
        )
    state = {
        "version": 4,
        "terraform_version": "1.6.0",
        "serial": 1,
        "lineage": "8ba1d2a1-9b6c-4a2e-9d55-5a2c8f8b2f6e",
        "outputs": {},
        "resources": resources,
    }
    (tmp_path / "terraform.tfstate").write_text(json.dumps(state))
    return tmp_path


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server


def deliver(platform: Path, host: str | None) -> None:
    given = {"secrets": {"value": {"cluster_host": host}}}
    (platform / "foundation.auto.tfvars.json").write_text(json.dumps(given))


def abandon(platform: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "matcha_tui.targets.azure.cluster.abandon"]
    return subprocess.run(
        [*command, *find_engine().command],
        cwd=platform,
        env=make_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def in_state(platform: Path) -> set[str]:
    listed = subprocess.run(
        [*find_engine().command, "state", "list"],
        cwd=platform,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.splitlines())


@pytest.mark.parametrize("scheme", ["https://", ""])
def test_nothing_is_given_up_while_the_cluster_answers(
    platform: Path, listener: socket.socket, scheme: str
):
    deliver(platform, f"{scheme}127.0.0.1:{listener.getsockname()[1]}")
    answer = abandon(platform)
    assert answer.returncode == 1
    said = json.loads(answer.stdout)
    assert said["diagnostic"]["severity"] == "error"
    assert said["diagnostic"]["summary"] == "The cluster answers, so nothing in it is given up"
    assert in_state(platform) == INSIDE | OUTSIDE


@pytest.mark.parametrize("place", ["closed port", "no host", "no file"])
def test_what_is_in_a_dead_cluster_is_forgotten_and_said(
    platform: Path, listener: socket.socket, place: str
):
    port = listener.getsockname()[1]
    listener.close()
    if place != "no file":
        deliver(platform, f"https://127.0.0.1:{port}" if place == "closed port" else None)
    answer = abandon(platform)
    assert in_state(platform) == OUTSIDE
    said = json.loads(answer.stdout.splitlines()[0])["diagnostic"]
    assert said["severity"] == "warning"
    assert said["summary"] == "3 things in the cluster could not be confirmed to be gone"
    assert "The cluster does not answer." in said["detail"]
    for address in INSIDE:
        assert address in said["detail"]


def test_where_nothing_is_in_a_cluster_there_is_nothing_to_mend(platform: Path):
    state = json.loads((platform / "terraform.tfstate").read_text())
    state["resources"] = [one for one in state["resources"] if one["type"].startswith("azurerm")]
    (platform / "terraform.tfstate").write_text(json.dumps(state))
    answer = abandon(platform)
    assert (answer.returncode, answer.stdout) == (1, "")
