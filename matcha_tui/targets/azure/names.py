"""The layers, and the names of what is made on Azure, by prefix and subscription.

Storage accounts, registries and host names share one namespace with the whole world:
a short suffix that depends on the subscription keeps them free, and always the same.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

FOUNDATION, PLATFORM = "foundation", "platform"
"""The target's layers."""

PASSED_OUTPUTS = f"{FOUNDATION}.auto.tfvars.json"
"""In the platform's folder: what the foundation gives it."""

STATE_CONTAINER = "state"

_SUFFIX_LENGTH = 5


@dataclass(frozen=True, slots=True)
class AzureNames:
    """What one deployment's things are called."""

    resource_group: str  # holds everything but the shared state
    cluster: str
    registry: str  # the container registry; unique in the world
    database: str  # the MySQL server; unique in the world
    dns_label: str  # the first part of the gateway's host name; unique in its region
    storage: str  # what the names of storage accounts begin with; a flavor adds its own
    state_group: str  # the resource group of the shared state
    state_account: str  # the storage account of the shared state; unique in the world

    def for_terraform(self) -> Mapping[str, str]:
        """Return those that the modules take."""
        return {key: name for key, name in asdict(self).items() if not key.startswith("state_")}


def derive_names(prefix: str, subscription_id: str) -> AzureNames:
    """Return the names of a deployment."""
    suffix = _suffix(prefix, subscription_id)
    return AzureNames(
        resource_group=f"{prefix}-resources",
        cluster=f"{prefix}-cluster",
        registry=f"{prefix}{suffix}registry",
        database=f"{prefix}-{suffix}-database",
        dns_label=f"{prefix}-{suffix}",
        storage=f"{prefix}{suffix}",
        state_group=f"{prefix}-state",
        state_account=f"{prefix}{suffix}state",
    )


def _suffix(prefix: str, subscription_id: str) -> str:
    digest = hashlib.sha256(f"{subscription_id.lower()}/{prefix}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:_SUFFIX_LENGTH]
