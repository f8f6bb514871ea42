"""A destroy ends what is paid for, though the cluster does not answer any more."""

import pytest

from tests.azure.project import AzureProject
from tests.simulator.faults import named_fault

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("operation", ["read", "delete"])
def test_a_cluster_that_does_not_answer_is_taken_down_with_what_is_in_it(
    azure: AzureProject, operation: str
):
    azure.choose("orchestrator")
    azure.must_provision()
    azure.simulator.set_faults(named_fault("cluster_unreachable", operation=operation))
    destroyed = azure.destroy()
    assert destroyed.returncode == 0, destroyed.stderr
    assert azure.simulator.objects() == {}
    said = destroyed.stderr.strip().splitlines()
    (warning,) = (line for line in said if line.startswith("Mind: "))
    assert "things in the cluster could not be confirmed to be gone" in warning
    assert "module.orchestrator.helm_release.zenml" in warning
    assert said[-2:] == [warning, "Nothing is deployed any more."]
    assert azure.in_state("platform") == azure.in_state("foundation") == set()
    assert azure.matcha("status").returncode == 3
    assert "could not be confirmed to be gone" in azure.matcha("logs").stdout


def test_a_cluster_that_somebody_deleted_is_no_obstacle(azure: AzureProject):
    azure.choose("deployer")
    azure.must_provision()
    azure.simulator.forget("managedClusters/tea-cluster")
    azure.must_destroy()


def test_another_failure_gives_nothing_up(azure: AzureProject):
    azure.choose("data_version_control")
    azure.must_provision()
    azure.simulator.set_faults(
        {
            "type": "azurerm_storage_account",
            "operation": "delete",
            "summary": "deleting: unexpected status 409 (409 Conflict) with error: ScopeLocked: "
            "cannot perform delete operation because following scope(s) are locked",
        }
    )
    failed = azure.destroy()
    assert failed.returncode == 1
    assert (
        "A lock in Azure, on the resource group or the subscription, does not allow it."
        in failed.stderr
    )
    assert "azurerm_storage_account" in azure.in_state("platform")
    azure.simulator.set_faults()
    azure.must_destroy()
