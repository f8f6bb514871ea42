"""What happens behind Terraform's back, and bringing it back in."""

import pytest

from tests.simulator.conftest import Root
from tests.simulator.roots import CLUSTER, INSIDE

pytestmark = pytest.mark.slow

GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/matcha-resources"
CLUSTER_ID = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/matcha-cluster"
MACHINE_ID = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/somebody-elses"
CLUSTER_ADDRESS = "azurerm_kubernetes_cluster.cluster"


def test_what_was_removed_is_planned_anew(root: Root):
    root.write(CLUSTER).apply()
    root.simulator.forget("managedClusters/matcha-cluster")
    assert root.planned() == {CLUSTER_ADDRESS: ["create"]}


def test_what_was_changed_is_planned_to_be_set_right(root: Root):
    root.write(CLUSTER).apply()
    root.simulator.change(CLUSTER_ID, sku_tier="Premium")
    assert root.planned() == {CLUSTER_ADDRESS: ["update"]}
    root.apply()
    assert root.simulator.objects()[CLUSTER_ID]["values"]["sku_tier"] == "Free"


def test_what_exists_already_has_to_be_imported(root: Root):
    root.write(CLUSTER).apply()
    root.run("state", "rm", CLUSTER_ADDRESS)
    said = root.apply(code=1)
    assert f'A resource with the ID "{CLUSTER_ID}" already exists - to be managed via' in said
    root.run("import", CLUSTER_ADDRESS, CLUSTER_ID)
    assert root.is_settled()


def test_an_id_is_found_whatever_its_case(root: Root):
    root.write(CLUSTER).apply()
    root.run("state", "rm", CLUSTER_ADDRESS)
    root.run("import", CLUSTER_ADDRESS, CLUSTER_ID.replace("resourceGroups", "resourcegroups"))
    assert root.is_settled()


def test_a_planted_object_can_be_imported(root: Root):
    root.write(CLUSTER)
    root.simulator.plant(
        "azurerm_resource_group", GROUP, name="matcha-resources", location="westeurope"
    )
    root.run("import", "azurerm_resource_group.all", GROUP)
    assert root.planned() == {CLUSTER_ADDRESS: ["create"]}


def test_what_does_not_exist_cannot_be_imported(root: Root):
    root.write(CLUSTER)
    said = root.run("import", "azurerm_resource_group.all", GROUP, code=1)
    assert "Cannot import non-existent remote object" in said
    said = root.run("import", "azurerm_resource_group.all", "matcha-resources", code=1)
    assert 'parsing "matcha-resources"' in said


def test_objects_of_a_cluster_are_imported_by_name(root: Root):
    root.write(CLUSTER + INSIDE).apply()
    root.run("state", "rm", "helm_release.chart", "kubernetes_namespace_v1.inside")
    assert 'namespaces "inside" already exists' in root.apply(code=1)
    root.run("import", "kubernetes_namespace_v1.inside", "inside")
    assert "cannot re-use a name that is still in use" in root.apply(code=1)
    root.run("import", "helm_release.chart", "inside/chart")
    assert root.is_settled()


def test_a_group_with_somebody_elses_machine_stays(root: Root):
    root.write(CLUSTER).apply()
    root.simulator.plant("azurerm_virtual_machine", MACHINE_ID)
    said = root.destroy(code=1)
    assert 'deleting Resource Group "matcha-resources": the Resource Group still contains' in said
    assert f"* `{MACHINE_ID}`" in said
    root.simulator.forget(MACHINE_ID)
    root.destroy()
    assert root.simulator.objects() == {}


def test_a_group_goes_with_everything_when_the_provider_is_told_so(root: Root):
    keep = "prevent_deletion_if_contains_resources = false"
    provider = (
        f"provider azurerm {{\n features {{\n resource_group {{\n {keep}\n }}\n }}\n"
        ' subscription_id = "11111111-2222-3333-4444-555555555555"\n}\n'
    )
    root.write(CLUSTER, provider=provider).apply()
    root.simulator.plant("azurerm_virtual_machine", MACHINE_ID)
    root.destroy()
    assert root.simulator.objects() == {}


def test_without_its_cluster_nothing_in_it_can_be_reached(root: Root):
    root.write(CLUSTER + INSIDE).apply()
    host = root.simulator.of_type("azurerm_kubernetes_cluster")[0]["kube_config"][0]["host"]
    configured = "azurerm_kubernetes_cluster.cluster.kube_config[0].host"
    root.write((CLUSTER + INSIDE).replace(configured, f'"{host}"'))
    root.simulator.forget(CLUSTER_ID)
    assert f'Kubernetes cluster unreachable: Get "{host}/version"' in root.apply(code=1)
