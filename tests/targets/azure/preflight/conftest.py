"""A project to check, and an Azure in which nothing is wrong until a test says so."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.preflight import run_checks
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.setting import SettingValue
from matcha_tui.stack.stack import preset_stack
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.names import derive_names
from matcha_tui.targets.azure.preflight.table import list_checks
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import Finding
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION, usage

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/tea-resources"
NAMES = derive_names("tea", SUBSCRIPTION)
OWN_TAGS = {"created-by": "matcha-tui", "matcha-prefix": "tea"}
PROVIDERS = "GET /subscriptions/*/providers"
SIZES = f"{PROVIDERS}/Microsoft.Compute/skus"
QUOTAS = f"{PROVIDERS}/Microsoft.Compute/locations/*/usages"
ADDRESSES = f"{PROVIDERS}/Microsoft.Network/locations/*/usages"
PERMISSIONS = f"{PROVIDERS}/Microsoft.Authorization/permissions"
POLICIES = f"{PROVIDERS}/Microsoft.Authorization/policyAssignments"
VERSIONS = f"{PROVIDERS}/Microsoft.ContainerService/locations/*/kubernetesVersions"

MakeIntent = Callable[..., StackSpec]
Ask = Callable[..., Finding]


@pytest.fixture(autouse=True)
def quotas(azure: AzureCloud) -> None:
    """Quotas of more families than other tests of this Azure know."""
    families = ("DASv5", "ESv5")
    azure.resources.answers[QUOTAS] += [
        usage(f"standard{name}Family", f"Standard {name} Family vCPUs", 0, 50) for name in families
    ]


@pytest.fixture
def make_intent(tmp_path: Path) -> MakeIntent:
    """Makes what is to be built: the default stack, or DVC alone."""

    def make(*, dvc_only: bool = False, **changed: SettingValue) -> StackSpec:
        settings: dict[str, SettingValue] = {
            "prefix": "tea",
            "location": "westeurope",
            "subscription_id": SUBSCRIPTION,
            **changed,
        }
        catalog = load_catalog()
        stack = preset_stack(catalog, "default")
        flavors = tuple(
            catalog.find("azure", module_type, flavor)
            for module_type, flavor in stack.modules
            if not dvc_only or flavor == "dvc"
        )
        config = Config(target="azure", settings=settings)
        return StackSpec(Workspace(tmp_path / "project"), flavors, config)

    return make


@pytest.fixture
def ask(make_intent: MakeIntent, account: Account) -> Ask:
    """Makes one check, by its name; settings and the stack may be given."""

    def ask_one(name: str, spec: StackSpec | None = None, **changed: SettingValue) -> Finding:
        wanted = spec or make_intent(**changed)
        checks = list_checks(wanted, AzureSettings.of(wanted), lambda: account)
        (chosen,) = (check for check in checks if check.name == name)
        return chosen.run()

    return ask_one


@pytest.fixture
def ask_all(make_intent: MakeIntent, account: Account) -> Callable[..., dict[str, Finding]]:
    """Makes all checks but that of the engine, side by side."""

    def ask_them(**changed: SettingValue) -> dict[str, Finding]:
        wanted = make_intent(**changed)
        checks = list_checks(wanted, AzureSettings.of(wanted), lambda: account)
        findings = run_checks([check for check in checks if check.name != "engine"])
        return {finding.name: finding for finding in findings}

    return ask_them


def make_deployed(azure: AzureCloud, spec: StackSpec) -> StackSpec:
    """Have Azure know of the stack, with two machines; return what is known to be deployed."""
    place = f"{GROUP}/providers"
    things: dict[str, dict[str, object]] = {
        GROUP: {"tags": OWN_TAGS},
        f"{place}/Microsoft.ContainerService/managedClusters/tea-cluster": {
            "properties": {"agentPoolProfiles": [{"vmSize": "Standard_D4s_v5", "count": 2}]}
        },
        f"{place}/Microsoft.Network/publicIPAddresses/tea-gateway": {
            "properties": {"dnsSettings": {"domainNameLabel": NAMES.dns_label}}
        },
        f"{place}/Microsoft.Storage/storageAccounts/{NAMES.storage}dvc": {},
        f"{place}/Microsoft.ContainerRegistry/registries/{NAMES.registry}": {},
    }
    add(azure, things)
    return replace(spec, is_deployed=True)


def add(azure: AzureCloud, things: Mapping[str, Mapping[str, object]]) -> None:
    """Put things into Azure, by their ID."""
    for path, thing in things.items():
        azure.resources.objects[path.lower()] = {"id": path, **copy.deepcopy(dict(thing))}
