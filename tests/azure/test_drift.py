"""What is changed, removed or added behind Terraform's back."""

import json

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


def test_status_says_what_was_changed_and_a_provision_puts_it_right(azure: AzureProject):
    azure.choose("data_version_control")
    azure.must_provision()
    clean = azure.matcha("status", "--drift")
    assert "Everything is as it was deployed." in clean.stdout, clean.stderr
    azure.simulator.change("storageAccounts/teaia4ggdvc", allow_nested_items_to_be_public=True)
    drifted = azure.matcha("status", "--drift", "--output", "json")
    assert drifted.returncode == 1
    (found,) = json.loads(drifted.stdout)["drift"]
    assert found["text"] == "allow_nested_items_to_be_public: false -> true"
    assert found["where"].endswith("azurerm_storage_account.this")
    azure.simulator.forget("containers/dvc")
    lines = azure.matcha("status", "--drift").stdout.splitlines()
    assert any(line.endswith("storage_container.this: it was deleted") for line in lines)
    assert lines[-1] == "`matcha provision` puts it right."
    azure.must_provision()
    assert azure.matcha("status", "--drift").returncode == 0
    last = azure.matcha("runs").stdout.splitlines()[0]
    assert " drift " in last


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


def planned(azure: AzureProject) -> dict[str, set[str]]:
    """Return what a plan would do: action to the addresses of resources."""
    found: dict[str, set[str]] = {}
    answer = azure.matcha("plan", "--output", "json")
    assert answer.returncode == 0, answer.stderr
    objects = [json.loads(line) for line in answer.stdout.splitlines()]
    for resource in (one for one in objects if one["kind"] == "resource"):
        found.setdefault(resource["action"], set()).add(resource["address"])
    return found


def test_a_live_change_replaces_nothing_that_need_not_be(azure: AzureProject):
    azure.choose("experiment_tracker", "data_version_control")
    azure.must_provision()
    before = azure.simulator.objects().keys()
    added = azure.matcha("stack", "add", "vector_database", "chroma", "--live")
    assert added.returncode == 0, added.stderr
    assert planned(azure).keys() == {"create"}
    azure.must_provision()
    assert before <= azure.simulator.objects().keys()
    azure.must_find_no_changes()

    with_chroma = azure.simulator.objects().keys()
    assert azure.matcha("stack", "remove", "vector_database", "--live").returncode == 0
    actions = planned(azure)
    assert actions.keys() == {"delete"}
    assert all("module.vector_database." in address for address in actions["delete"])
    refused = azure.provision()
    assert refused.returncode == 3
    assert "--allow-destroy" in refused.stderr
    assert azure.simulator.objects().keys() == with_chroma
    azure.must_provision("--allow-destroy")
    assert azure.simulator.objects().keys() == before
    azure.must_find_no_changes()
    assert "chroma" not in azure.matcha("status").stdout


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
