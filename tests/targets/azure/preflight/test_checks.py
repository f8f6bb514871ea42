"""What each check finds, in an Azure that has been arranged for it."""

from collections.abc import Callable
from typing import Any

import pytest

from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.preflight.table import list_checks
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import Finding, Verdict
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import kubernetes, size, usage
from tests.targets.azure.preflight.conftest import (
    ADDRESSES,
    GROUP,
    NAMES,
    OWN_TAGS,
    PERMISSIONS,
    POLICIES,
    QUOTAS,
    SIZES,
    VERSIONS,
    Ask,
    MakeIntent,
    add,
    make_deployed,
)

PASSED, FAILED, UNVERIFIED = Verdict.PASSED, Verdict.FAILED, Verdict.UNVERIFIED
ROLES = "Microsoft.Authorization/roleAssignments/write"
CONTRIBUTOR = {
    "actions": ["*"],
    "notActions": ["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"],
}
READER = {"actions": ["*/read"], "notActions": []}


@pytest.fixture
def deployed(azure: AzureCloud, make_intent: MakeIntent) -> Callable[..., StackSpec]:
    def make(**changed: Any) -> StackSpec:
        return make_deployed(azure, make_intent(**changed))

    return make


def failed(finding: Finding, text: str, hint: str) -> bool:
    assert text in finding.text, finding
    assert hint in finding.hint, finding
    return finding.verdict is FAILED


def unverified(finding: Finding, text: str, hint: str = "") -> bool:
    assert text in finding.text, finding
    assert hint in finding.hint, finding
    return finding.verdict is UNVERIFIED


def test_an_azure_without_faults_passes_every_check(ask_all: Callable[..., dict[str, Finding]]):
    findings = ask_all()
    assert [name for name, finding in findings.items() if finding.verdict is not PASSED] == []
    assert list(findings) == [
        "identity",
        "settings",
        "project folder",
        "rights",
        "registration",
        "power",
        "sizes",
        "quota",
        "Kubernetes",
        "addresses",
        "names",
        "resource group",
        "policies",
    ]
    assert findings["identity"].text == (
        "builder (service principal of ARM_CLIENT_ID), tenant Contoso, subscription Research"
    )
    assert findings["quota"].text == "16 vCPUs at most, which fit in the quota of westeurope"


def test_a_stopped_cluster_is_found_and_started(
    azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]
):
    spec = deployed()
    assert ask("power", spec).text == "the cluster runs"
    for key, item in azure.resources.objects.items():
        if key.endswith("/tea-cluster"):
            item["properties"]["powerState"] = {"code": "Stopped"}
    finding = ask("power", spec)
    assert failed(finding, "the cluster is stopped", "matcha start")
    assert finding.fix is not None
    assert finding.fix.act() == "The cluster runs."
    assert ask("power", spec).verdict is PASSED


def test_a_stack_without_a_cluster_is_asked_nothing_about_one(
    azure: AzureCloud, make_intent: MakeIntent, account: Account
):
    spec = make_intent(dvc_only=True, state="local")
    checks = list_checks(spec, AzureSettings.of(spec), lambda: account)
    assert [check.name for check in checks if check.name != "engine"] == [
        "identity",
        "settings",
        "project folder",
        "rights",
        "registration",
        "names",
        "resource group",
        "policies",
    ]
    assert {check.run().verdict for check in checks if check.name != "engine"} == {PASSED}
    asked = "\n".join(azure.lines())
    assert "Microsoft.Compute" not in asked
    assert "DBforMySQL" not in asked


def test_sizes_are_asked_for_once(azure: AzureCloud, ask_all: Callable[..., dict[str, Finding]]):
    azure.resources.page_size = 100
    ask_all(node_size="Standard_B4ms")
    assert len([line for line in azure.lines() if line.endswith("/skus")]) == 1


def test_a_subscription_that_cannot_be_used(azure: AzureCloud, ask: Ask):
    other = "00000000-aaaa-bbbb-cccc-00000000000"
    assert failed(
        ask("identity", subscription_id=other + "2"), "An old trial is disabled", "Reactivate"
    )
    assert failed(
        ask("identity", subscription_id=other + "9"), "no such subscription", "az account"
    )
    azure.faults.add(
        "GET /subscriptions/[^/]+$", 401, "InvalidAuthenticationTokenTenant", "The access token..."
    )
    assert failed(ask("identity"), "signed in to another tenant", "az login --tenant")


def test_an_identity_whose_tenant_has_no_name(azure: AzureCloud, ask: Ask):
    azure.faults.add("GET /tenants", 403, "AuthorizationFailed")
    assert "tenant 1111" in ask("identity").text


def test_nobody_can_be_asked_before_there_is_a_subscription(ask: Ask):
    assert "no subscription is set" in ask("identity", subscription_id="").text
    assert unverified(ask("names", subscription_id=""), "subscription_id is not set", "settings")
    assert unverified(ask("quota", location=""), "location is not set", "settings")
    assert failed(ask("settings", subscription_id=""), "subscription_id is not set", "az login")


@pytest.mark.parametrize(
    ("permissions", "settings", "verdict", "text"),
    [
        ([CONTRIBUTOR], {}, FAILED, f"you may not give rights to others: {ROLES}"),
        ([CONTRIBUTOR], {"dvc_only": True, "state": "local"}, PASSED, "you may make"),
        ([CONTRIBUTOR], {"dvc_only": True}, FAILED, ROLES),
        ([CONTRIBUTOR, {"actions": [ROLES.lower()]}], {}, PASSED, "you may make"),
        ([READER, {"actions": ["Microsoft.Authorization/*"]}], {}, FAILED, "managedClusters/write"),
        ([READER], {}, FAILED, "resourceGroups/write"),
        ([], {}, FAILED, "flexibleServers/write"),
        ([{"actions": None}], {}, UNVERIFIED, "has another shape"),
    ],
)
def test_rights(
    azure: AzureCloud,
    ask: Ask,
    permissions: list[Any],
    settings: dict[str, Any],
    verdict: Verdict,
    text: str,
):
    azure.resources.answers[PERMISSIONS] = permissions
    finding = ask("rights", **settings)
    assert finding.verdict is verdict
    assert text in finding.text
    assert verdict is PASSED or finding.hint


def test_rights_on_the_group_alone_suffice_once_it_is_there(azure: AzureCloud, ask: Ask):
    azure.resources.answers[PERMISSIONS] = [READER]
    group = PERMISSIONS.replace("/providers", "/resourceGroups/*/providers", 1)
    azure.resources.answers[group] = [{"actions": ["*"], "notActions": []}]
    assert ask("rights").verdict is FAILED
    add(azure, {GROUP: {"tags": OWN_TAGS}})
    assert ask("rights").verdict is PASSED


def test_rights_that_somebody_else_has_given(
    azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]
):
    azure.resources.answers[PERMISSIONS] = [CONTRIBUTOR]
    assert unverified(ask("rights", deployed()), "which a repair of the stack may have to", "Owner")


@pytest.mark.parametrize("state", ["NotRegistered", "Unregistered", "Registering"])
def test_what_is_not_registered_can_be_registered(azure: AzureCloud, ask: Ask, state: str):
    for name in ("microsoft.containerservice", "microsoft.dbformysql"):
        azure.resources.registrations[name] = state
    azure.resources.answers.pop("GET /subscriptions/*/providers/*", None)
    finding = ask("registration")
    assert failed(
        finding,
        "Microsoft.ContainerService, Microsoft.DBforMySQL",
        "az provider register --wait --namespace Microsoft.DBforMySQL",
    )
    assert finding.fix is not None
    assert finding.fix.label == "Register Microsoft.ContainerService, Microsoft.DBforMySQL"
    said = finding.fix.act()
    assert said == "Registered: Microsoft.ContainerService, Microsoft.DBforMySQL."
    assert ask("registration").verdict is PASSED


def test_a_budget_needs_a_provider_of_its_own(azure: AzureCloud, ask: Ask):
    azure.resources.registrations["microsoft.consumption"] = "NotRegistered"
    assert ask("registration").verdict is PASSED
    budget = {"budget": 100, "budget_email": "ada@example.com"}
    assert failed(ask("registration", **budget), "Microsoft.Consumption", "az provider")


@pytest.mark.parametrize(
    ("settings", "text", "hint"),
    [
        ({"node_size": "Standard_D4as_v5"}, "not allowed in westeurope", "Standard_D4s_v5"),
        ({"node_size": "Standard_D99s_v5"}, "no Standard_D99s_v5 in westeurope", "such as"),
        ({"node_size": "Standard_B4ms"}, "no B-series", "node_size=Standard_D4s_v5"),
        ({"node_size": "Standard_D2s_v5"}, "(2 vCPU, 8 GB) does not suit", "Standard_D4s_v5"),
        ({"location": "northeurope", "node_size": "Standard_D8s_v5"}, "no Standard_D8s", "D4s_v5"),
        ({"location": "eastus"}, "there is no Standard_D4s_v5 in eastus", "another region"),
        ({"gpu_node_size": "Standard_NC6"}, "no Standard_NC6 in", "gpu_node_size=Standard_NC4as"),
    ],
)
def test_a_size_that_cannot_be_had(ask: Ask, settings: dict[str, Any], text: str, hint: str):
    finding = ask("sizes", **settings)
    assert failed(finding, text, hint)
    assert "Standard_B4ms" not in finding.hint
    assert "Standard_D4ps_v5" not in finding.hint


def test_a_size_is_known_in_any_case_and_with_a_gpu(ask: Ask):
    finding = ask("sizes", node_size="Standard_d4S_v5", gpu_node_size="Standard_NC4as_T4_v3")
    assert finding.verdict is PASSED


@pytest.mark.parametrize(
    ("cores", "family", "settings", "text", "hint"),
    [
        ((90, 100), (0, 50), {}, "90 of 100 are in use, and 16 more", "node_maximum=1"),
        ((0, 100), (40, 50), {}, "DSv5 Family vCPUs in westeurope: 40 of 50", "node_maximum=1"),
        ((0, 100), (46, 50), {}, "46 of 50", "Standard_E4s_v5"),
        ((0, 15), (0, 50), {}, "for 3 Standard_D4s_v5 and one more", "node_maximum=2"),
        ((0, 100), (0, 50), {"node_maximum": 50}, "204 more", "node_maximum=11"),
        ((0, 100), (0, 50), {"gpu_node_size": "Standard_NC4as_T4_v3"}, "NCASv3_T4", "Quotas"),
        ((99, 100), (49, 50), {}, "99 of 100 are in use, and 16 more are needed", "region"),
    ],
)
def test_a_quota_that_does_not_suffice(
    azure: AzureCloud,
    ask: Ask,
    cores: tuple[int, int],
    family: tuple[int, int],
    settings: dict[str, Any],
    text: str,
    hint: str,
):
    azure.resources.answers[QUOTAS][:2] = [
        usage("cores", "Total Regional vCPUs", *cores),
        usage("standardDSv5Family", "Standard DSv5 Family vCPUs", *family),
    ]
    azure.resources.answers[QUOTAS].append(
        usage("standardNCASv3_T4Family", "Standard NCASv3_T4 Family vCPUs", 0, 0)
    )
    assert failed(ask("quota", **settings), text, hint)


def test_what_is_built_already_counts_once(
    azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]
):
    azure.resources.answers[QUOTAS][:2] = [
        usage("cores", "Total Regional vCPUs", 12, 20),
        usage("standardDSv5Family", "Standard DSv5 Family vCPUs", 8, 16),
    ]
    assert ask("quota").verdict is FAILED
    spec = deployed()
    assert ask("quota", spec).verdict is PASSED
    azure.resources.answers[QUOTAS][0] = usage("cores", "Total Regional vCPUs", 13, 20)
    assert failed(ask("quota", spec), "8 more are needed", "node_maximum=2")


def test_a_quota_that_is_not_told(azure: AzureCloud, ask: Ask):
    azure.resources.answers[QUOTAS] = [usage("cores", "Total Regional vCPUs", 0, 100)]
    assert unverified(ask("quota"), "no quota for standarddsv5family", "Quotas")
    assert unverified(ask("quota", node_size="Standard_X1"), "is not known", "sizes")


@pytest.mark.parametrize(
    ("asked", "verdict", "text", "hint"),
    [
        ("", PASSED, "1.34, the default of westeurope", ""),
        ("1.35", PASSED, "1.35, which westeurope offers", ""),
        ("1.35.1", PASSED, "1.35.1, which westeurope offers", ""),
        ("1.33", PASSED, "the oldest that westeurope still offers", "Its support ends next"),
        ("1.36", FAILED, "does not offer Kubernetes 1.36, but 1.33, 1.34, 1.35", "=1.34"),
        ("1.30", FAILED, "does not offer Kubernetes 1.30", "kubernetes_version=1.34"),
        ("1.35.9", FAILED, "does not offer Kubernetes 1.35.9", "kubernetes_version=1.34"),
    ],
)
def test_versions(ask: Ask, asked: str, verdict: Verdict, text: str, hint: str):
    finding = ask("Kubernetes", kubernetes_version=asked)
    assert finding.verdict is verdict
    assert text in finding.text
    assert hint in finding.hint


def test_versions_that_say_little(azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]):
    azure.resources.answers[VERSIONS] = {"values": [kubernetes("1.35")]}
    assert unverified(ask("Kubernetes"), "no default", "kubernetes_version=")
    azure.resources.answers[VERSIONS] = {"values": []}
    assert failed(ask("Kubernetes", kubernetes_version="1.35"), "but none", "Take one")
    azure.resources.answers[VERSIONS] = {"values": [{"version": "KubernetesOfficial"}]}
    assert unverified(ask("Kubernetes"), "another shape", "proxy")
    assert "the cluster is there" in ask("Kubernetes", deployed(kubernetes_version="1.20")).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (f"{NAMES.storage}dvc", "somebody has the storage account"),
        (NAMES.state_account, "somebody has the storage account"),
        (NAMES.registry, "somebody has the registry"),
        (NAMES.database, "somebody has the MySQL server"),
        (NAMES.dns_label, "somebody has the host"),
    ],
)
def test_a_name_that_somebody_else_has(azure: AzureCloud, ask: Ask, name: str, text: str):
    azure.resources.taken_names.add(name)
    assert failed(ask("names"), f"{text} {name} already", "--prefix tea2")


def test_names_that_are_the_stacks_own(
    azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]
):
    spec = deployed()
    own = {f"{NAMES.storage}dvc", NAMES.registry, NAMES.dns_label}
    azure.resources.taken_names |= own
    assert ask("names", spec).verdict is PASSED
    azure.resources.objects[
        f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/tea-gateway".lower()
    ]["properties"] = {"dnsSettings": None}
    assert failed(ask("names", spec), f"the host {NAMES.dns_label}", "--prefix")


def test_a_name_that_azure_does_not_allow(azure: AzureCloud, ask: Ask):
    azure.faults.add(
        "ContainerRegistry/checkName",
        200,
        body=b'{"nameAvailable": false, "reason": "Invalid", "message": "a reserved word"}',
    )
    assert failed(ask("names"), "is no name for registry: a reserved word", "--prefix tea2")


def test_the_resource_group(azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]):
    assert ask("resource group").text == "tea-resources is free"
    add(azure, {GROUP: {"tags": {"created-by": "matcha-tui", "matcha-prefix": "other"}}})
    assert failed(ask("resource group"), "matcha did not make it", "--prefix")
    add(azure, {GROUP: {"tags": None}})
    assert failed(ask("resource group"), "matcha did not make it", "--prefix")
    add(azure, {GROUP: {"tags": OWN_TAGS}, f"{GROUP}/providers/a/b/c": {}})
    finding = ask("resource group", state="local")
    assert unverified(finding, "is there with 1 resources of an earlier provision", "--import")
    assert ask("resource group", deployed()).text == "tea-resources is this stack's own"
    azure.resources.answers["GET /subscriptions/*/resourceGroups/tea-resources"] = {
        "id": GROUP,
        "properties": {"provisioningState": "Deleting"},
    }
    assert failed(ask("resource group"), "is being deleted", "Wait")


def test_a_group_that_a_colleague_has_built(azure: AzureCloud, ask: Ask):
    add(azure, {GROUP: {"tags": OWN_TAGS}})
    assert unverified(ask("resource group"), "", "")  # the state is none of ours to read
    azure.faults.add(
        "GET /state/foundation.tfstate",
        200,
        body=b'{"version": 4, "resources": [{"mode": "managed"}]}',
    )
    assert ask("resource group").text == "tea-resources is this stack's own"


def test_the_group_of_the_machines_must_not_be_there(azure: AzureCloud, ask: Ask):
    path = GROUP.replace("tea-resources", "tea-nodes")
    add(azure, {path: {}})
    assert failed(ask("resource group"), "tea-nodes already, which Azure has to make", "Delete it")


def test_public_addresses(azure: AzureCloud, ask: Ask, deployed: Callable[..., StackSpec]):
    azure.resources.answers[ADDRESSES][-1] = usage(
        "IPv4StandardSkuPublicIpAddresses", "IPv4", 9, 10
    )
    assert failed(ask("addresses"), "IPv4 in westeurope: 9 of 10 are in use, and 2 more", "Quotas")
    assert ask("addresses", deployed()).verdict is PASSED
    azure.resources.answers[ADDRESSES] = []
    assert unverified(ask("addresses"), "no quota of public addresses", "Quotas")


RULES = "/providers/Microsoft.Authorization/policyDefinitions"


def policy(definition: str, mode: str = "Default", **parameters: object) -> dict[str, Any]:
    return {
        "name": "assigned",
        "properties": {
            "displayName": f"Rule {definition}",
            "policyDefinitionId": f"{RULES}/{definition}",
            "enforcementMode": mode,
            "parameters": {name: {"value": value} for name, value in parameters.items()},
        },
    }


def definition(effect: str, default: str | None = None) -> dict[str, Any]:
    parameters = {"effect": {"defaultValue": default}} if default else {}
    rule = {"then": {"effect": effect}}
    return {"properties": {"parameters": parameters, "policyRule": rule}}


LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"


@pytest.mark.parametrize(
    ("assignments", "text"),
    [
        ([policy("audits")], ""),
        ([policy("by-default", effect="Audit")], ""),
        ([policy("denies", mode="DoNotEnforce")], ""),
        ([policy(LOCATIONS, listOfAllowedLocations=["westeurope"])], ""),
        ([policy(LOCATIONS, listOfAllowedLocations=["eastus"])], "allows eastus, and not westeu"),
        ([policy("audits"), policy("denies")], "may forbid parts of the stack: Rule denies"),
        ([policy("by-default")], "Rule by-default"),
        ([policy("audits", effect="Deny")], "Rule audits"),
        ([policy("denies")] * 7, "Rule denies and 2 more"),
        ([policy("missing")], "knows nothing at"),
        ([{"properties": {}}], "another shape"),
    ],
)
def test_policies_never_fail(azure: AzureCloud, ask: Ask, assignments: list[Any], text: str):
    azure.resources.answers |= {
        POLICIES: assignments,
        f"GET {RULES}/audits": definition("audit"),
        f"GET {RULES}/denies": definition("deny"),
        f"GET {RULES}/by-default": definition("[parameters('effect')]", "Deny"),
    }
    finding = ask("policies")
    assert finding.verdict is (UNVERIFIED if text else PASSED)
    assert text in finding.text
    assert bool(finding.hint) == bool(text)


def test_a_size_that_only_some_zones_lack_can_be_had(azure: AzureCloud, ask: Ask):
    (made,) = size("Standard_F4s_v2", "standardFSv2Family")
    made["restrictions"] = [{"type": "Zone", "values": ["westeurope"], "reasonCode": "QuotaId"}]
    azure.resources.answers[SIZES].append(made)
    assert ask("sizes", node_size="Standard_F4s_v2").verdict is PASSED
