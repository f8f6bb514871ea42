"""How Azure's settings are gathered and called on the form, the basic ones first."""

from collections.abc import Mapping
from typing import TypeVar

LABELS: Mapping[str, Mapping[str, str]] = {
    "Basics": {"prefix": "prefix"},
    "Cluster": {
        "node_size": "machine size",
        "node_minimum": "machines at least",
        "node_maximum": "machines at most",
        "gpu_node_size": "GPU machine size",
        "gpu_node_maximum": "GPU machines most",
        "sku_tier": "control plane",
        "kubernetes_version": "Kubernetes",
    },
    "Database": {"database_sku": "MySQL size", "database_storage_gb": "MySQL disk (GB)"},
    "Access": {"allowed_ranges": "allowed addresses", "certificate_email": "certificate email"},
    "Budget and cost": {
        "monthly_limit": "limit a month",
        "budget": "budget a month",
        "budget_email": "budget email",
        "currency": "currency",
    },
    "State and tags": {"state": "Terraform's state", "tags": "tags"},
}
"""Title of the group, to setting, to its label."""

CHOSEN_BEFORE = ("subscription_id", "tenant_id", "location")
"""What earlier steps of the wizard ask, and the form does not repeat."""

_REST = "More"

Item = TypeVar("Item")


def group_settings(settings: Mapping[str, Item]) -> tuple[tuple[str, dict[str, Item]], ...]:
    """Gather the target's settings as the form shows them.

    Args:
        settings: By name.

    Returns:
        Pairs of a group's title and its settings; one that no group has comes last.
    """
    groups = [
        (title, {name: settings[name] for name in labels if name in settings})
        for title, labels in LABELS.items()
    ]
    known = {name for labels in LABELS.values() for name in labels} | set(CHOSEN_BEFORE)
    groups.append((_REST, {name: one for name, one in settings.items() if name not in known}))
    return tuple((title, group) for title, group in groups if group)


def label_of(name: str) -> str:
    """Return what a setting is called on the form; empty for its own name.

    Args:
        name: The setting's dotted name.
    """
    return next((labels[name] for labels in LABELS.values() if name in labels), "")
