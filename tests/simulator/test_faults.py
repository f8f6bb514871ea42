"""Things going wrong on demand."""

import json
import re
from pathlib import Path

import pytest

from tests.simulator.conftest import Root
from tests.simulator.faults import meet_faults, named_fault
from tests.simulator.refusal import RefusedError
from tests.simulator.roots import CLUSTER, INSIDE
from tests.simulator.tables import table

pytestmark = pytest.mark.slow

WORDS = {
    "name": "matcha-cluster",
    "id": "/subscriptions/1/resourceGroups/matcha-resources",
    "resource_group_name": "matcha-resources",
    "location": "westeurope",
    "vm_size": "Standard_D4s_v5",
    "kubernetes_version": "1.20",
    "subscription": "11111111-2222-3333-4444-555555555555",
    "tenant": "99999999-8888-7777-6666-555555555555",
    "host": "matcha.hcp.westeurope.azmk8s.invalid",
}
CODES = {
    "provider_not_registered": "MissingSubscriptionRegistration",
    "vcpu_quota": "ErrCode_InsufficientVCPUQuota",
    "vm_size_not_allowed": "is not allowed in your subscription in location 'westeurope'",
    "sku_not_available": "SkuNotAvailable",
    "no_capacity": "AKSCapacityError",
    "heavy_usage": "AksCapacityHeavyUsage",
    "kubernetes_version": "K8sVersionNotSupported",
    "not_authorized": "'Microsoft.Authorization/roleAssignments/write'",
    "storage_name_taken": "StorageAccountAlreadyTaken",
    "storage_name_invalid": "AccountNameInvalid",
    "registry_name_taken": "AlreadyInUse",
    "forbidden_by_policy": "RequestDisallowedByPolicy",
    "public_ip_limit": "PublicIPCountLimitReached",
    "wrong_tenant": "InvalidAuthenticationTokenTenant",
    "token_expired": "AADSTS700082",
    "subscription_not_found": "SubscriptionNotFound",
}


@pytest.mark.parametrize("name", sorted(table("faults")))
def test_every_named_fault_speaks_of_what_it_met(name: str, tmp_path: Path):
    fault = named_fault(name)
    met = fault.get("type") or fault["provider"]
    type_name = met if isinstance(met, str) else f"{met[0]}_release"
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps([fault]))
    with pytest.raises(RefusedError) as raised:
        meet_faults(rules, type_name, fault.get("operation", "create"), WORDS, lambda _: None)
    text = raised.value.summary + raised.value.detail
    assert CODES.get(name, "") in text
    assert not re.search(r"\{\w+\}", text)


def test_a_quota_that_was_raised_is_no_fault_any_more(root: Root):
    root.simulator.set_faults(named_fault("vcpu_quota", times=1))
    said = root.write(CLUSTER).apply(code=1)
    assert 'Kubernetes Cluster Name: "matcha-cluster"): performing CreateOrUpdate' in said
    assert "requested 8, remaining 4 for family standardDSv5Family for region westeurope" in said
    assert root.addresses() == ["azurerm_resource_group.all"]
    root.apply()
    assert root.is_settled()


def test_only_the_second_release_fails_and_is_replaced_later(root: Root):
    other = INSIDE.split('resource "helm_release" "chart"')[1].replace('"chart"', '"other"', 1)
    root.simulator.set_faults(named_fault("helm_deadline", nth=2))
    root.write(CLUSTER + INSIDE + f'resource "helm_release" "other"{other}')
    said = root.apply("-parallelism=1", code=1)
    assert "context deadline exceeded" in said
    failed = [one for one in root.simulator.of_type("helm_release") if one["status"] == "failed"]
    assert len(failed) == 1
    assert list(root.planned().values()) == [["delete", "create"]]


def test_a_release_of_a_used_name_is_refused(root: Root):
    root.write(CLUSTER + INSIDE)
    root.simulator.plant("helm_release", "helm_release/inside/chart", namespace="inside")
    assert "cannot re-use a name that is still in use" in root.apply(code=1)


def test_a_failed_creation_may_leave_what_terraform_does_not_know(root: Root):
    root.simulator.set_faults(named_fault("regional_quota"))
    said = root.write(CLUSTER).apply(code=1)
    assert "Current Limit: 10, Current Usage: 8, Additional Required: 4" in said
    assert root.addresses() == ["azurerm_resource_group.all"]
    assert len(root.simulator.of_type("azurerm_kubernetes_cluster")) == 1


def test_a_broken_cluster_is_unreachable_for_both_its_providers(root: Root):
    root.simulator.set_faults(named_fault("cluster_unreachable"))
    said = root.write(CLUSTER + INSIDE).apply(code=1)
    host = root.simulator.of_type("azurerm_kubernetes_cluster")[0]["fqdn"]
    assert f'Kubernetes cluster unreachable: Get "https://{host}:443/version"' in said


def test_any_operation_can_fail(root: Root):
    root.write(CLUSTER).apply()
    file = root.folder / "main.tf"
    tagged = file.read_text().replace('"westeurope"\n', '"westeurope"\n tags = {a = "b"}\n', 1)
    file.write_text(tagged)
    for operation in ("plan", "read", "update", "delete"):
        fault = {"type": "azurerm_resource_group", "name": "matcha-resources"}
        root.simulator.set_faults({**fault, "operation": operation, "summary": "No: {name}"})
        said = root.destroy(code=1) if operation == "delete" else root.apply(code=1)
        assert "Error: No: matcha-resources" in said
        assert "azurerm_resource_group.all" in root.addresses()


def test_signing_in_can_fail(root: Root):
    root.simulator.set_faults(named_fault("token_expired"))
    assert "AADSTS700082" in root.write(CLUSTER).run("plan", code=1)


def test_a_namespace_that_nobody_made_is_missed(root: Root):
    root.write(CLUSTER + INSIDE.replace("kubernetes_namespace_v1.inside.metadata[0].name", '"x"'))
    assert 'create: failed to create: namespaces "x" not found' in root.apply(code=1)
