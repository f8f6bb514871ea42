"""What is changed, removed or added behind Terraform's back."""

import pytest

from tests.azure.project import SUBSCRIPTION, AzureProject

pytestmark = pytest.mark.slow

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/tea-resources"


def test_what_was_removed_is_planned_and_made_again(azure: AzureProject):
    azure.choose("deployer")
    azure.must_provision()
    azure.simulator.forget("registries/teaia4ggregistry")
    azure.simulator.forget("kubernetes_config_map_v1/matcha-seldon-workloads/seldon-router")
    planned = azure.matcha("plan")
    lines = [line.split(maxsplit=1) for line in planned.stdout.splitlines()[:-1]]
    assert ["create", "foundation container_registry this[0]"] in lines
    assert ["create", "deployer config_map_v1 router"] in lines
    assert ["create", "foundation kubernetes_cluster this[0]"] not in lines
    azure.must_provision()
    assert len(azure.simulator.of_type("azurerm_container_registry")) == 1
    azure.must_find_no_changes()


def test_what_was_changed_is_put_back_but_not_what_changes_by_itself(azure: AzureProject):
    azure.choose("data_version_control")
    azure.must_provision()
    azure.simulator.change("storageAccounts/teaia4ggdvc", allow_nested_items_to_be_public=True)
    planned = azure.matcha("plan")
    assert "update" in planned.stdout
    azure.must_provision()
    (account,) = azure.simulator.of_type("azurerm_storage_account")
    assert account["allow_nested_items_to_be_public"] is False
    azure.must_find_no_changes()


def test_a_setting_can_be_changed_while_it_is_up(azure: AzureProject):
    azure.choose("deployer")
    azure.must_provision()
    (before,) = azure.simulator.of_type("azurerm_kubernetes_cluster")
    azure.must_provision("--set", "node_maximum=7")
    (after,) = azure.simulator.of_type("azurerm_kubernetes_cluster")
    assert after["default_node_pool"][0]["max_count"] == 7
    assert after["id"] == before["id"]
    for words in (("--prefix", "other"), ("--location", "northeurope")):
        refused = azure.provision(*words)
        assert refused.returncode == 3
        assert "cannot be changed while a stack is deployed" in refused.stderr
        assert "matcha destroy" in refused.stderr


def test_a_destroy_spares_what_somebody_else_keeps_in_the_group(azure: AzureProject):
    azure.choose("data_version_control")
    azure.must_provision()
    foreign = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/somebody-elses"
    azure.simulator.plant("azurerm_virtual_machine", foreign)
    failed = azure.destroy()
    assert failed.returncode == 1
    *_, error, hint = failed.stderr.strip().splitlines()
    assert f"in the resource group that Terraform does not know: {foreign}." in error
    assert "then run `matcha destroy` again" in hint
    assert azure.types() == ["azurerm_resource_group", "azurerm_virtual_machine"]
    assert azure.in_state("foundation") == {"azurerm_resource_group"}
    azure.simulator.forget(foreign)
    azure.must_destroy()
