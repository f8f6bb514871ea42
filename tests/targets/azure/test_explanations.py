"""Whatever Azure answers when something goes wrong is explained, with what it named."""

import re

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.failures import explain_sign_in
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.terraform.diagnostics import explain_diagnostic
from matcha_tui.terraform.events import Diagnostic, Severity
from matcha_tui.terraform.explain import Explanation, explain
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.explanations import read_rows
from tests.simulator.tables import table

ROWS = read_rows(AZURE.explanations)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/tea"
TENANT = "99999999-8888-7777-6666-555555555555"
WORDS = {
    "name": "teaia4gg",
    "id": "/subscriptions/1/resourceGroups/tea-resources",
    "resource_group_name": "tea-resources",
    "location": "westeurope",
    "vm_size": "Standard_D4s_v5",
    "kubernetes_version": "1.20",
    "subscription": "11111111-2222-3333-4444-555555555555",
    "tenant": TENANT,
    "host": "tea.hcp.westeurope.azmk8s.io",
}
SAYS = {
    "provider_not_registered": ("Microsoft.ContainerService", "az provider register"),
    "vcpu_quota": ("standardDSv5Family", "4 are left, and 8 are needed", "node_size"),
    "regional_quota": ("the limit is 10, 8 are in use, and 4 more", "ProdportalCRP"),
    "node_pool_quota": ("StandardNCADSA100v4Family", "0 are left"),
    "vm_size_not_allowed": ("size Standard_D4s_v5 in westeurope", "standard_d2as_v5", "--set"),
    "sku_not_available": ("may not use machines", "--set node_size=SIZE"),
    "no_capacity": ("no room for another cluster", "another region"),
    "heavy_usage": ("no room for another cluster", "another region"),
    "kubernetes_version": ("this version of Kubernetes", "--set kubernetes_version="),
    "not_authorized": ("may not give rights", "User Access Administrator"),
    "storage_name_taken": ("The name teaia4gg must be unique", "--prefix NAME"),
    "storage_name_invalid": ("refuses a name", "--prefix NAME"),
    "registry_name_taken": ("The name teaia4gg.azurecr.io must be unique", "--prefix NAME"),
    "forbidden_by_policy": ("policy of your organisation", "No public addresses"),
    "public_ip_limit": ("no public address left", "Free two"),
    "helm_timed_out": ("did not come up in time", "kubectl get events"),
    "helm_deadline": ("did not come up in time", "kubectl get events"),
    "helm_name_in_use": ("under the same name", "helm uninstall"),
    "cluster_unreachable": ("The cluster does not answer", "az aks start"),
    "wrong_tenant": ("another tenant", f"az login --tenant {TENANT}"),
    "token_expired": ("sign-in to Azure has expired", "az login"),
    "second_factor": ("multi-factor authentication", "az login"),
    "signed_out": ("Nobody is signed in", "az login"),
    "subscription_not_found": ("no such subscription", "--set subscription_id=ID"),
    "group_still_contains": ("virtualMachines/somebody-elses", "`matcha destroy` again"),
    "already_exists": ("/subscriptions/1/resourceGroups/tea-resources", "--import"),
}


def text_of(fault: dict[str, str]) -> str:
    text = f"{fault['summary']}\n{fault.get('detail', '')}"
    return re.sub(r"\{(\w+)\}", lambda found: WORDS.get(found[1], found[0]), text)


@pytest.mark.parametrize("name", sorted(table("faults")))
def test_everything_that_goes_wrong_on_azure_is_explained(name: str):
    text = text_of(table("faults")[name])
    explanation = explain(text, AZURE.explanations)
    assert explanation is not None
    said = f"{explanation.meaning} {explanation.next_step}"
    for words in SAYS.get(name, ()):
        assert words in said
    rule, found = next(
        (rule, found) for rule in ROWS if (found := re.search(rule["pattern"], text, re.IGNORECASE))
    )
    assert explanation.meaning.startswith(rule["meaning"].partition("{")[0])
    used = set(re.findall(r"\{(\w+)\}", rule["meaning"] + rule["next"]))
    known = {group for group, value in found.groupdict().items() if value}
    assert used - known == set() or {"account", "registry"} >= used - known
    assert not re.search(r" [.,:]|\(\)|  ", said), "there is a hole in it"


def test_each_of_them_is_checked_for_what_it_must_say():
    assert SAYS.keys() == table("faults").keys()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "OperationNotAllowed: Operation could not be completed as it results in exceeding "
            "approved standardDSv5Family Cores quota.",
            "The subscription's quota in this region is too small.",
        ),
        (
            "Code=ErrCode_InsufficientVCPUQuota Message=Insufficient regional vcpu quota left for "
            "location westeurope. left regional vcpu quota 2, requested quota 8.",
            "2 are left, and 8 are needed",
        ),
        (
            "SubscriptionNotRegisteredForFeature: Subscription is not registered",
            "never used one of the services",
        ),
        (
            "AuthorizationFailed: The client 'ada' does not have authorization to perform action "
            "'Microsoft.Network/virtualNetworks/write' over scope '/subscriptions/1'",
            "You lack the right Microsoft.Network/virtualNetworks/write.",
        ),
        ("RequestDisallowedByPolicy: Resource was disallowed by policy.", "forbids it."),
        (
            "ScopeLocked: The scope cannot perform delete operation",
            "A lock in Azure, on the resource group",
        ),
        (
            "Lock Info:\n  ID:        8e1d\n  Path:      state/foundation.tfstate\n"
            "  Operation: OperationTypeApply\n  Who:       ada@laptop\n  Version:   1.11.4\n"
            "  Created:   2026-11-22 10:28:43.5 +0000 UTC\n",
            "ada@laptop has been at work on the same state since 2026-11-22 10:28:43 UTC (Apply)",
        ),
        (
            "AADSTS7000215: Invalid client secret provided.",
            "client secret of the service principal",
        ),
        ("dial tcp: lookup tea.hcp.westeurope.azmk8s.io: no such host", "does not answer"),
    ],
)
def test_other_words_for_the_same_are_explained(text: str, words: str):
    explanation = explain(text, AZURE.explanations)
    assert explanation is not None
    assert words in explanation.meaning


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "AuthorizationFailed",
            "The client 'ada' does not have authorization to perform action"
            " 'Microsoft.Network/virtualNetworks/write' over scope '/subscriptions/1'.",
        ),
        (
            "AuthorizationFailed",
            "... to perform action 'Microsoft.Authorization/roleAssignments/write' over ...",
        ),
        (
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Storage'.",
        ),
        ("StorageAccountAlreadyTaken", "The storage account named teaia4gg is already taken."),
        ("RequestDisallowedByPolicy", "Resource 'x' was disallowed by policy 'Only Norway'."),
        (
            "InvalidAuthenticationTokenTenant",
            "The access token is from the wrong issuer 'https://sts.windows.net/1/'. It must match"
            f" the tenant 'https://sts.windows.net/{TENANT}/' associated with this subscription.",
        ),
        ("LeaseIdMissing", "There is currently a lease on the blob."),
        (
            "ScopeLocked",
            "The scope '/s' cannot perform write operation because following scope(s) are locked:"
            " '/subscriptions/1/resourceGroups/tea'. Please remove the lock and try again.",
        ),
    ],
)
def test_a_cause_is_explained_in_the_same_words_to_terraform_and_to_a_check(
    azure: AzureCloud, account: Account, code: str, text: str
):
    diagnosed = explained_to_terraform(
        f"performing CreateOrUpdate: unexpected status 403 (403 Forbidden) with error: {code}: "
        + text
    )
    azure.faults.add(GROUP, 403, code, text)
    with ResourceManager(account) as manager, pytest.raises(MatchaError) as error:
        manager.get(GROUP)
    assert error.value.message == f"{as_clause(diagnosed.meaning)} ({code})"
    assert error.value.hint == diagnosed.next_step


@pytest.mark.parametrize(
    "text",
    [
        "AADSTS700082: The refresh token has expired due to inactivity.",
        "AADSTS50076: Due to a configuration change, you must use multi-factor authentication.",
        "AADSTS7000222: The provided client secret keys are expired.",
        "Please run 'az login' to set up an account",
    ],
)
def test_a_refused_sign_in_is_explained_in_the_same_words_to_both(text: str):
    diagnosed = explained_to_terraform(f"running Azure CLI: exit status 1: ERROR: {text}")
    error = explain_sign_in(text)
    assert error.message.partition(" (")[0] == as_clause(diagnosed.meaning)
    assert error.hint == diagnosed.next_step


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "polling after Create: polling failed: the Azure API returned the following error:\n\n"
            'Status: "ProvisionNotSupportedForRegion"\nCode: ""\n'
            'Message: "Provisioning in requested region is not supported."\nActivity Id: ""',
            "may not create databases",
        ),
        (
            "polling failed: the Azure API returned the following error:\n\n"
            'Status: "AllocationFailed"\nCode: ""\nMessage: "The VM allocation failed due to an '
            'internal error. Please retry later or try deploying to a different location."',
            "no machine of this size free",
        ),
        (
            "OverconstrainedZonalAllocationRequest: Allocation failed. VM(s) with the following "
            "constraints cannot be allocated, because the condition is too restrictive.",
            "no machine of this size free",
        ),
        (
            "unexpected status 409 (409 Conflict) with error: ReadOnlyDisabledSubscription: The "
            "subscription '1' is disabled and therefore marked as read only. You cannot perform "
            "any write actions on this subscription until it is re-enabled.",
            "The subscription is disabled.",
        ),
        (
            "unexpected status 409 (409 Conflict) with error: ResourceGroupBeingDeleted: The "
            "resource group 'tea' is in deprovisioning state and cannot perform this operation.",
            "The resource group is being deleted.",
        ),
        (
            "OperationNotAllowed: Operation is not allowed: Another agentpool operation (gpu -"
            " Updating) is in progress, please wait for it to finish before starting a new one.",
            "still at work on the cluster's nodes: gpu, Updating",
        ),
        (
            "OperationNotAllowed: Operation is not allowed: Another operation (nodepool1 -"
            " Updating) is in progress, please wait for it to finish before starting a new one.",
            "still at work on the same resource",
        ),
        (
            "unexpected status 429 (429 Too Many Requests) with error: ResourceRequestsThrottled: "
            "Number of requests for Microsoft.Authorization exceeded the limit of '120' for time "
            "interval '00:01:00'. Please try again after '5' seconds.",
            "wants 5 seconds of silence",
        ),
        ("ERROR: AADSTS50057: The user account is disabled. Trace ID: 1", "is disabled"),
        ("ERROR: AADSTS50078: Presented multi-factor authentication has expired", "has expired"),
        ("ERROR: AADSTS53003: Access has been blocked by Conditional Access", "A rule of your"),
        (
            "Provider configuration: cannot load Kubernetes client config: invalid configuration: "
            "default cluster has no server defined",
            "could not learn how to reach the cluster",
        ),
        (
            "Kubernetes cluster unreachable: invalid configuration: no configuration has been "
            "provided, try setting KUBERNETES_MASTER environment variable",
            "could not learn how to reach the cluster",
        ),
    ],
)
def test_what_azurerm_makes_of_a_refusal_is_explained(said: str, words: str):
    assert words in explained_to_terraform(said).meaning


_LOCK_INFO = (
    "\nLock Info:\n  ID:        8e1d\n  Path:      state/foundation.tfstate\n"
    "  Operation: OperationTypeApply\n  Who:       ada@laptop\n  Version:   1.11.4\n"
    "  Created:   2026-11-22 10:28:43.5 +0000 UTC\n"
)


@pytest.mark.parametrize("status", ["403 (403 Forbidden) with AuthorizationFailure", "500 (500)"])
def test_a_lock_that_is_not_given_back_is_nobody_elses_work(status: str):
    diagnostic = Diagnostic(
        severity=Severity.ERROR,
        summary="Error releasing the state lock",
        detail="Error message: failed to delete lock info from metadata: executing request: "
        f"unexpected status {status}: This request failed.{_LOCK_INFO}",
    )
    for explanations in (AZURE.explanations, None):
        explanation = explain_diagnostic(diagnostic, explanations)
        assert explanation is not None
        assert "could not be given back" in explanation.meaning
        assert "at work" not in explanation.meaning


def test_a_sentence_that_starts_with_a_name_keeps_its_capital():
    assert explain_sign_in("AADSTS50076").message.startswith("Azure asks for multi-factor")


def explained_to_terraform(text: str) -> Explanation:
    diagnostic = Diagnostic(severity=Severity.ERROR, summary="creating Thing", detail=text)
    explanation = explain_diagnostic(diagnostic, AZURE.explanations)
    assert explanation is not None
    return explanation


def as_clause(sentence: str) -> str:
    is_name = sentence.startswith("Azure ")
    return (sentence[0] if is_name else sentence[0].lower()) + sentence[1:].removesuffix(".")
