"""The azure target: Kubernetes and its modules in the user's own subscription."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matcha_tui.data_choice import DataChoice
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.targets.azure.definition import parse_azure_definition
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from matcha_tui.targets.azure.parts import (
    PROGRAM,
    AzureControl,
    AzureIdentity,
    AzureLogs,
    AzureModels,
    AzurePricing,
    AzureState,
)
from matcha_tui.targets.azure.remote_state.location import prepare_environment
from matcha_tui.targets.azure.root import make_root
from matcha_tui.targets.azure.settings import AZURE_SETTINGS, FIXED_SETTINGS, AzureSettings
from matcha_tui.targets.base import ComponentHealth, ModuleValues, Root, StackSpec, Target
from matcha_tui.terraform.explain import Explanations

if TYPE_CHECKING:
    from matcha_tui.targets.findings import Check

# What needs Azure's libraries or HTTP is imported when it is called.


class AzureTarget(Target):
    """A foundation (network, AKS, registry, database), and the modules on its cluster."""

    name = "azure"
    title = "Azure"
    description = "Kubernetes (AKS) in your own subscription, for a team, with TLS and a password."
    layers = (FOUNDATION, PLATFORM)
    definition_keys = ("needs", "storage", "chart", "health")
    settings = AZURE_SETTINGS
    fixed_settings = FIXED_SETTINGS
    seconds = 720  # most of it the cluster and the database
    state = AzureState()
    identity = AzureIdentity()
    pricing = AzurePricing()
    models = AzureModels()
    logs = AzureLogs()
    control = AzureControl()
    extra_steps = ("account", "region")
    explanations = Explanations(__package__)
    clearing = {PLATFORM: (*PROGRAM, "matcha_tui.targets.azure.cluster.releases")}  # noqa: RUF012
    destroy_fallbacks = {PLATFORM: (*PROGRAM, "matcha_tui.targets.azure.cluster.abandon")}  # noqa: RUF012

    def resolve(self, spec: StackSpec) -> ModuleValues:
        """Decide passwords and what depends on settings."""
        from matcha_tui.targets.azure.values import resolve_values

        return resolve_values(spec, AzureSettings.of(spec))

    def set_password(self, spec: StackSpec, password: str) -> None:
        """Take a password of the user's instead of generating one."""
        from matcha_tui.targets.azure.values import set_password

        set_password(spec, password)

    def root(self, spec: StackSpec, layer: str) -> Root:
        """Return the foundation's or the platform's root."""
        return make_root(spec, AzureSettings.of(spec), layer)

    def derived_values(self, spec: StackSpec) -> Mapping[str, str]:
        """Return what everything is going to be called."""
        settings = AzureSettings.of(spec)
        names, region = settings.names, settings.location or "REGION"
        return {
            "resource group": names.resource_group,
            "cluster": names.cluster,
            "registry": names.registry,
            "MySQL server": names.database,
            "host name": f"{names.dns_label}.{region}.cloudapp.azure.com",
            "storage accounts": f"{names.storage}…",
            "state's group": names.state_group,
            "state's account": names.state_account,
        }

    def environment(self, spec: StackSpec, data: DataChoice) -> Mapping[str, str]:
        """Return who Terraform acts as, and where the shared state is to be made."""
        from matcha_tui.targets.azure.auth.environment import terraform_environment

        settings = AzureSettings.of(spec)
        return {
            **terraform_environment(os.environ, settings.subscription_id, settings.tenant_id),
            **prepare_environment(settings, spec.config.state),
        }

    def checks(self, spec: StackSpec) -> "tuple[Check, ...]":
        """List what the account, the subscription and the region must have."""
        from matcha_tui.targets.azure.preflight.table import list_checks

        return list_checks(spec, AzureSettings.of(spec))

    def health(self, spec: StackSpec) -> tuple[ComponentHealth, ...]:
        """Ask every component through the gateway."""
        from matcha_tui.targets.azure.health import find_health

        return find_health(spec)

    def leftovers(self, spec: StackSpec) -> tuple[str, ...]:
        """Return the resource groups that go or stay."""
        names = AzureSettings.of(spec).names
        lines = [f"the resource group {names.resource_group} with all data in it"]
        if spec.config.state:
            stays = f"(the resource group {names.state_group} stays: Terraform's state is in it)"
            lines.append(stays)
        return tuple(lines)

    def check(self, flavor: Flavor) -> None:
        """Raise for a definition that is faulty."""
        super().check(flavor)
        parse_azure_definition(flavor.definition)

    def version(self, flavor: Flavor) -> str:
        """Return the version of its chart."""
        return flavor.definition.text("chart", "")

    def find_changers(self, spec: StackSpec, resource_ids: Sequence[str]) -> Mapping[str, str]:
        """Ask the activity log; where nobody may read it, nobody is named."""
        from matcha_tui.targets.azure.arm.activity import ask_changers

        return ask_changers(AzureSettings.of(spec), resource_ids)

    def kubeconfig(self, workspace: Workspace) -> str | None:
        """Return the cluster's address and credentials, where there is one."""
        from matcha_tui.targets.azure.cluster.api import read_access

        content = read_access(workspace.layer(PLATFORM)).get("kubeconfig")
        return str(content) if content else None


AZURE = AzureTarget()
