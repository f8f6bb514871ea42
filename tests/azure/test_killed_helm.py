"""A release that a killed run left half done is finished by the next provision."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.azure.cluster_api import ClusterApi, serving_cluster
from tests.azure.project import AzureProject
from tests.command_line import Matcha

pytestmark = pytest.mark.slow

RELEASE = "helm_release/matcha-chroma/chroma"


@pytest.fixture(scope="module")
def project(lasting_azure: AzureProject) -> AzureProject:
    """A stack with Chroma, whose cluster has an API that can be asked."""
    lasting_azure.choose("vector_database")
    lasting_azure.must_provision()
    return lasting_azure


@pytest.fixture(scope="module")
def cluster(project: AzureProject) -> Iterator[ClusterApi]:
    environment = project.simulator.environment
    objects = Path(environment["SIMULATOR_OBJECTS"])
    with serving_cluster(objects, Path(environment["SIMULATOR_CERTIFICATE"])) as server:
        (found,) = project.simulator.of_type("azurerm_kubernetes_cluster")
        (access,) = found["kube_config"]
        access |= {"host": server.access["cluster_host"]}
        project.simulator.change("managedClusters/tea-cluster", kube_config=[access])
        yield server


def status(project: AzureProject) -> str:
    return str(project.simulator.objects()[RELEASE]["values"]["status"])


@pytest.mark.parametrize(
    ("left", "known"),
    [
        ("pending-install", "forgotten"),
        ("failed", "forgotten"),
        ("deployed", "forgotten"),
        ("uninstalling", "forgotten"),
        ("pending-install", "tainted"),
        ("failed", "known"),
        ("pending-upgrade", "known"),
        ("pending-rollback", "known"),
        ("uninstalling", "known"),
    ],
)
def test_the_next_provision_succeeds(
    project: AzureProject, cluster: ClusterApi, left: str, known: str
):
    forget(project, known)
    project.simulator.change(RELEASE, status=left)
    project.must_provision()
    assert status(project) == "deployed"


def forget(project: AzureProject, known: str) -> None:
    """Make Terraform forget the release, or hold it for broken."""
    file = project.matcha.folder / ".matcha/infrastructure/platform/terraform.tfstate"
    state = json.loads(file.read_bytes())
    for one in state["resources"]:
        if (one.get("module"), one["type"]) == ("module.vector_database", "helm_release"):
            if known == "forgotten":
                one["instances"] = []
            elif known == "tainted":
                one["instances"][0]["status"] = "tainted"
    state["serial"] += 1
    file.write_text(json.dumps(state))


def test_a_run_that_is_killed_within_helm_is_made_good(project: AzureProject, cluster: ClusterApi):
    project.simulator.forget(RELEASE)
    slow = Matcha(project.matcha.folder, project.matcha.environment | {"SIMULATOR_SPEED": "120"})
    assert slow("provision", "--yes", "--no-preflight", "--detach").returncode == 0
    deadline = time.monotonic() + 120
    while RELEASE not in project.simulator.objects():
        assert time.monotonic() < deadline, project.matcha("logs").stdout
        time.sleep(0.1)
    kill_the_run(project)
    assert status(project) == "pending-install"
    project.must_provision()
    assert status(project) == "deployed"
    assert "left the release chroma unfinished" in project.matcha("logs").stdout
    project.must_find_no_changes()


def kill_the_run(project: AzureProject) -> None:
    """Kill, with no warning, all that works for the run: worker, Terraform and its providers."""
    mark = project.simulator.environment["SIMULATOR_OBJECTS"]
    mine = [one for one in psutil.process_iter() if one.pid != os.getpid() and has(one, mark)]
    assert len(mine) > 2
    for one in mine:
        one.kill()
    psutil.wait_procs(mine, timeout=20)


def has(process: psutil.Process, mark: str) -> bool:
    """Say whether a process was started for this account."""
    try:
        return process.environ().get("SIMULATOR_OBJECTS") == mark
    except psutil.Error:
        return False
