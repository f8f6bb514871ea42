"""What the two Terraform roots of a stack on Azure have beside its flavors."""

from collections.abc import Mapping
from typing import Any

from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.names import derive_names
from matcha_tui.targets.azure.settings import azure_values
from matcha_tui.targets.azure.state_place import find_storage
from matcha_tui.targets.base import Intent, Root

FOUNDATION, PLATFORM = "foundation", "platform"
HANDED_OVER = f"{FOUNDATION}.auto.tfvars.json"
"""In the platform's folder: what the foundation gives."""

_PREVIEW = 'jsondecode(file("${path.root}/modules/foundation/preview.json"))'
_FOR_TERRAFORM = (
    "node_size",
    "node_minimum",
    "node_maximum",
    "gpu_node_size",
    "gpu_node_maximum",
    "sku_tier",
    "kubernetes_version",
    "database_sku",
    "database_storage_gb",
    "certificate_email",
    "budget",
    "budget_email",
)


def make_root(intent: Intent, layer: str) -> Root:
    """Return what a layer's root has beside the flavors.

    Args:
        intent: What is to be built.
        layer: ``foundation`` or ``platform``.
    """
    values = azure_values(intent.config.settings)
    context = _context(intent, values)
    backend = _backend(intent, layer)
    azurerm = _azurerm(values)
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


def make_tags(values: Mapping[str, SettingValue]) -> dict[str, str]:
    """Return the tags of everything that is made.

    Args:
        values: Of every setting of the target.
    """
    pairs = (item.strip().partition("=") for item in str(values["tags"]).split(",") if item.strip())
    own = {"created-by": "matcha-tui", "matcha-prefix": str(values["prefix"])}
    return own | {name: value for name, _, value in pairs}


def _context(intent: Intent, values: Mapping[str, SettingValue]) -> dict[str, Any]:
    prefix, subscription_id = str(values["prefix"]), str(values["subscription_id"])
    return {
        "location": values["location"],
        "subscription_id": subscription_id,
        "tenant_id": values["tenant_id"],
        "prefix": prefix,
        "names": dict(derive_names(prefix, subscription_id).for_terraform()),
        "needs": list(collect_needs(intent.flavors)),
        "tags": make_tags(values),
        "allowed_ranges": [
            item.strip() for item in str(values["allowed_ranges"]).split(",") if item.strip()
        ],
        **{name: values[name] for name in _FOR_TERRAFORM},
    }


def _azurerm(values: Mapping[str, SettingValue]) -> dict[str, Any]:
    named = {name: values[name] for name in ("subscription_id", "tenant_id") if values[name]}
    return {
        "features": {},
        # A registration takes minutes and needs rights over the whole subscription:
        # what is missing is found, and asked about, before.
        "resource_provider_registrations": "none",
        "storage_use_azuread": True,
        **named,
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


def _backend(intent: Intent, layer: str) -> dict[str, Any]:
    storage = find_storage(intent)
    return {"azurerm": dict(storage.backend(layer))} if storage else {}
