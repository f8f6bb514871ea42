"""An interrupt while the cluster is being made loses it to Terraform, and it is taken in again."""

import time
from pathlib import Path

import pytest

from tests.azure.project import AzureProject
from tests.command_line import Matcha
from tests.simulator.faults import named_fault

pytestmark = pytest.mark.slow

CLUSTER = "azurerm_kubernetes_cluster"
SERVER = "azurerm_mysql_flexible_server"


def wait_for_cluster(project: AzureProject) -> None:
    """Wait until Terraform is making the cluster and the server."""
    deadline = time.monotonic() + 60
    while True:
        said = project.matcha("logs").stdout
        if all(f"{name} this[0]: creating" in said for name in ("cluster", "server")):
            return
        assert time.monotonic() < deadline, said
        time.sleep(0.1)


def test_what_an_interrupt_left_is_taken_in(azure: AzureProject):
    azure.choose("experiment_tracker")
    slow = Matcha(azure.matcha.folder, azure.matcha.environment | {"SIMULATOR_SPEED": "4"})
    assert slow("provision", "--yes", "--no-preflight", "--detach").returncode == 0
    wait_for_cluster(azure)
    assert azure.matcha("cancel").returncode == 0
    followed = azure.matcha("logs", "--follow")
    assert followed.returncode == 130, followed.stdout
    assert CLUSTER in azure.types()
    assert CLUSTER not in azure.in_state("foundation")

    again = azure.provision()
    assert again.returncode == 1
    *_, error, hint = again.stderr.strip().splitlines()
    assert "It exists already, though Terraform does not know it" in error
    assert "/Microsoft.ContainerService/managedClusters/tea-cluster" in error + again.stderr
    assert "matcha provision --import" in hint
    made = azure.simulator.of_type(CLUSTER)

    azure.must_provision("--import")
    assert azure.simulator.of_type(CLUSTER) == made, "it is the same one, as it was"
    assert {CLUSTER, SERVER} <= azure.in_state("foundation")
    assert not list(Path(azure.matcha.folder).rglob("import.tf.json"))[1:]
    azure.must_find_no_changes()
    nothing = azure.provision("--adopt")
    assert nothing.returncode == 3
    assert "met nothing that exists already" in nothing.stderr
    azure.must_destroy()


def test_what_somebody_else_made_is_not_taken_in_unasked(azure: AzureProject):
    azure.choose("data_version_control")
    group = f"/subscriptions/{'1' * 8}-2222-3333-4444-{'5' * 12}/resourceGroups/tea-resources"
    azure.simulator.plant("azurerm_resource_group", group, name="tea-resources")
    failed = azure.provision()
    assert failed.returncode == 1
    assert "matcha provision --import" in failed.stderr
    assert "azurerm_resource_group" not in azure.in_state("foundation")
    assert azure.types() == ["azurerm_resource_group"]


def test_what_a_refusal_left_is_taken_in(azure: AzureProject):
    azure.choose("deployer")
    azure.simulator.set_faults(named_fault("regional_quota", times=1))
    refused = azure.provision()
    assert refused.returncode == 1
    assert "the limit is 10, 8 are in use, and 4 more are needed" in refused.stderr
    assert (CLUSTER in azure.types(), CLUSTER in azure.in_state("foundation")) == (True, False)
    unheard = azure.destroy()
    assert unheard.returncode == 1
    assert "There is something in the resource group" in unheard.stderr
    assert "managedClusters/tea-cluster" in unheard.stderr

    again = azure.provision()
    assert again.returncode == 1
    assert "matcha provision --import" in again.stderr
    azure.must_provision("--import")
    azure.must_find_no_changes()
    azure.must_destroy()
