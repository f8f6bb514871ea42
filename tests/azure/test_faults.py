"""What goes wrong on Azure is explained, loses nothing, and is over when its cause is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.azure.project import AzureProject
from tests.simulator.faults import named_fault

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Case:
    """Something that goes wrong.

    Attributes:
        fault: Its name in the simulator's table.
        module: The module type of a stack that meets it.
        meaning: What the command line says that it means.
        next_step: What it says to do.
        settings: Settings that provoke it.
    """

    fault: str
    module: str
    meaning: str
    next_step: str
    settings: Mapping[str, object] = field(default_factory=dict)


CASES = (
    Case(
        "vcpu_quota",
        "deployer",
        "standardDSv5Family in this region is too small: 4 are left, and 8 are needed.",
        "smaller or fewer machines (node_size, node_maximum), then run the same command again",
    ),
    Case(
        "provider_not_registered",
        "deployer",
        "The subscription has never used Microsoft.ContainerService",
        "az provider register --namespace Microsoft.ContainerService",
    ),
    Case(
        "not_authorized",
        "deployer",
        "You may not give rights to others, and the stack needs some to be given",
        "Ask for the role Owner, User Access Administrator or",
    ),
    Case(
        "storage_name_taken",
        "data_version_control",
        "The name teaia4ggdvc must be unique in the world, and somebody else has it.",
        "Choose another prefix.",
    ),
    Case(
        "registry_name_taken",
        "deployer",
        "The name teaia4ggregistry.azurecr.io must be unique in the world",
        "Choose another prefix.",
    ),
    Case(
        "helm_timed_out",
        "deployer",
        "A component was installed, and did not come up in time.",
        "Run the same command again, which is safe.",
    ),
    Case(
        "kubernetes_version",
        "deployer",
        "The region does not offer this version of Kubernetes",
        "matcha provision --set kubernetes_version=",
        {"kubernetes_version": "1.20"},
    ),
    Case(
        "vm_size_not_allowed",
        "deployer",
        "size Standard_D4s_v5 in westeurope. It may use: standard_d2as_v5",
        "matcha provision --set node_size=SIZE",
    ),
    Case(
        "forbidden_by_policy",
        "deployer",
        "A policy of your organisation forbids it: No public addresses.",
        "Ask who keeps that policy for an exemption",
    ),
    Case(
        "no_capacity",
        "deployer",
        "Azure has no room for another cluster in this region just now.",
        "Try again later",
    ),
    Case(
        "public_ip_limit",
        "deployer",
        "The subscription has no public address left in this region",
        "Free two addresses in the region",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_a_failure_is_explained_and_the_next_try_goes_on(azure: AzureProject, case: Case):
    azure.choose(case.module, **case.settings)
    azure.simulator.set_faults(named_fault(case.fault))
    failed = azure.provision()
    assert failed.returncode == 1, failed.stderr
    *_, error, hint = failed.stderr.strip().splitlines()
    assert error.startswith("matcha: The provision failed. ")
    assert case.meaning in error
    assert case.next_step in hint
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""
    assert unknown_to_terraform(azure) == []
    if case.fault != "storage_name_taken":
        assert azure.matcha("get").returncode == 3

    azure.simulator.set_faults()
    azure.must_provision()
    azure.must_find_no_changes()


def unknown_to_terraform(azure: AzureProject) -> Sequence[str]:
    """Return what exists in the account and in neither layer's state."""
    known = set()
    for layer in ("foundation", "platform"):
        file = azure.matcha.folder / ".matcha/infrastructure" / layer / "terraform.tfstate"
        if file.exists():
            for one in json.loads(file.read_bytes())["resources"]:
                known |= {
                    str(instance["attributes"].get("id", "")).lower()
                    for instance in one["instances"]
                }
    return [
        key
        for key, one in azure.simulator.objects().items()
        if one["type"].startswith("azurerm_") and key.lower() not in known
    ]


def test_a_setting_that_is_changed_as_advised_helps(azure: AzureProject):
    azure.choose("deployer", kubernetes_version="1.20")
    azure.simulator.set_faults(named_fault("kubernetes_version", times=1))
    assert azure.provision().returncode == 1
    azure.must_provision("--set", "kubernetes_version=")
    (cluster,) = azure.simulator.of_type("azurerm_kubernetes_cluster")
    assert cluster["kubernetes_version"] != "1.20"


def test_a_failed_plan_says_why_as_well(azure: AzureProject):
    azure.choose("data_version_control")
    azure.simulator.set_faults(named_fault("token_expired"))
    planned = azure.matcha("plan")
    assert planned.returncode == 1
    assert "Your sign-in to Azure has expired" in planned.stderr
    assert "Run `az login`" in planned.stderr
    azure.simulator.set_faults()
    assert azure.matcha("plan").returncode == 0


def test_a_failure_as_json_has_the_same_in_it(azure: AzureProject):
    azure.choose("data_version_control")
    azure.simulator.set_faults(named_fault("storage_name_taken"))
    failed = azure.provision("--output", "json")
    result = json.loads(failed.stdout.splitlines()[-1])
    assert (failed.returncode, result["kind"], result["exit_code"]) == (1, "result", 1)
    assert "StorageAccountAlreadyTaken" in result["error"]["message"]
    assert "somebody else has it" in result["error"]["meaning"]
    assert "Choose another prefix" in result["error"]["next_step"]
