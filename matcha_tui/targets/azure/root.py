"""What the two Terraform roots of a stack on Azure have beside its flavors."""

from collections.abc import Mapping
from typing import Any

from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.names import FOUNDATION
from matcha_tui.targets.azure.remote_state.location import find_storage
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import Root, StackSpec

_PASSED_ON = (
    *("location", "subscription_id", "tenant_id", "prefix"),
    *("node_size", "node_minimum", "node_maximum", "gpu_node_size", "gpu_node_maximum"),
    *("sku_tier", "kubernetes_version", "database_sku", "database_storage_gb"),
    *("certificate_email", "budget", "budget_email"),
)
"""The settings that the modules take as they are."""

_PREVIEW = 'jsondecode(file("${path.root}/modules/foundation/preview.json"))'


def make_root(spec: StackSpec, settings: AzureSettings, layer: str) -> Root:
    """Return what a layer's root has beside the flavors."""
    context = _context(spec, settings)
    storage = find_storage(settings, spec.config.state)
    backend = {"azurerm": dict(storage.backend(layer))} if storage else {}
    azurerm = _azurerm(settings)
    if layer == FOUNDATION:
        return Root(
            context=context,
            modules={"foundation": {"source": "./modules/foundation", "context": "${var.context}"}},
            providers={"azurerm": azurerm},
            backend=backend,
            outputs={
                "facts": {"value": "${module.foundation.facts}"},
                "secrets": {"value": "${module.foundation.secrets}", "sensitive": True},
            },
        )
    return Root(
        context=context,
        modules=_base_modules(context),
        providers={"azurerm": azurerm, **_cluster_providers(context["needs"])},
        backend=backend,
        variables={
            "facts": {"type": "any", "default": None},
            "secrets": {"type": "any", "default": None, "sensitive": True},
        },
        local_values={
            # Before there is a foundation, the platform can only be previewed.
            "facts": f"${{try(var.facts.value, {_PREVIEW}.facts)}}",
            "secrets": f"${{sensitive(try(var.secrets.value, {_PREVIEW}.secrets))}}",
            "context": "${merge(var.context, local.facts, { secrets = local.secrets })}",
        },
        flavor_context="${local.context}",
        resources=_resources(context),
    )


def _context(spec: StackSpec, settings: AzureSettings) -> dict[str, Any]:
    return {
        **{name: getattr(settings, name) for name in _PASSED_ON},
        "names": dict(settings.names.for_terraform()),
        "needs": list(collect_needs(spec.flavors)),
        "tags": dict(settings.all_tags),
        "allowed_ranges": list(settings.allowed_ranges),
    }


def _azurerm(settings: AzureSettings) -> dict[str, Any]:
    named = {"subscription_id": settings.subscription_id, "tenant_id": settings.tenant_id}
    return {
        "features": {},
        # A registration takes minutes and needs rights over the whole subscription:
        # what is missing is found, and asked about, before.
        "resource_provider_registrations": "none",
        "storage_use_azuread": True,
        **{name: value for name, value in named.items() if value},
    }


def _cluster_providers(needs: list[str]) -> dict[str, Any]:
    if "cluster" not in needs:
        return {}
    access = {
        "host": "${local.secrets.cluster_host}",
        "client_certificate": "${base64decode(local.secrets.cluster_client_certificate)}",
        "client_key": "${base64decode(local.secrets.cluster_client_key)}",
        "cluster_ca_certificate": "${base64decode(local.secrets.cluster_ca_certificate)}",
    }
    return {"kubernetes": access, "helm": {"kubernetes": access}}


def _base_modules(context: Mapping[str, Any]) -> dict[str, Any]:
    modules: dict[str, Any] = {}
    if "gateway" in context["needs"]:
        modules["gateway"] = {"source": "./modules/gateway", "context": "${local.context}"}
    if "cluster" in context["needs"] and context["gpu_node_size"]:
        modules["gpu"] = {"source": "./modules/gpu"}
    return modules


def _resources(context: Mapping[str, Any]) -> dict[str, Any]:
    cloud = {
        "cloud": {
            "location": context["location"],
            "prefix": context["prefix"],
            "resource-group-name": "${local.facts.resource_group_name}",
        }
    }
    if "cluster" not in context["needs"]:
        return cloud
    return cloud | {
        "container-registry": {
            "registry-name": "${local.facts.registry.name}",
            "registry-url": "${local.facts.registry.login_server}",
        },
        "orchestrator": {"k8s-context": "${local.facts.cluster.name}"},
    }
