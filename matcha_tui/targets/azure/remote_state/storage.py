"""Where a team keeps a stack's state: a storage account in Azure that locks it.

Every step looks first and may be repeated: an interrupted set-up goes on where it was.
"""

import time
import uuid
from collections.abc import Mapping

from matcha_tui.targets.azure.arm.resource_manager import Json, OnProgress, ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import StateStorage

_DATA_ROLE = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"  # Storage Blob Data Contributor, built in
_DAYS_KEPT = 30
_TAGS = {"created-by": "matcha-tui", "purpose": "terraform-state"}
_FORBIDDEN = (401, 403)

# learn.microsoft.com/rest/api/storagerp/storage-accounts/create
_ACCOUNT_PROPERTIES: Json = {
    "accessTier": "Hot",
    "allowBlobPublicAccess": False,
    "allowSharedKeyAccess": False,
    "defaultToOAuthAuthentication": True,
    "minimumTlsVersion": "TLS1_2",
    "supportsHttpsTrafficOnly": True,
}
# learn.microsoft.com/rest/api/storagerp/blob-services/set-service-properties
_BLOB_PROPERTIES: Json = {
    "isVersioningEnabled": True,
    "deleteRetentionPolicy": {"enabled": True, "days": _DAYS_KEPT},
    "containerDeleteRetentionPolicy": {"enabled": True, "days": _DAYS_KEPT},
}


def exists(account: Account, storage: StateStorage) -> bool:
    """Return whether the container for the state has been made."""
    with ResourceManager(account) as manager:
        return manager.find(storage.container_path) is not None


def create(
    account: Account,
    storage: StateStorage,
    location: str,
    tags: Mapping[str, str],
    report: OnProgress,
) -> None:
    """Make what is missing of a state's storage, and see that the caller may use it."""
    place: Json = {"location": location, "tags": {**tags, **_TAGS}}
    with ResourceManager(account) as manager:
        if manager.find(storage.group_path) is None:
            report(f"making the resource group {storage.resource_group}")
            manager.put(storage.group_path, place)
        _make_account(manager, storage, place, report)
        report("switching on versions and undelete")
        blob_service = f"{storage.account_path}/blobServices/default"
        manager.put(blob_service, {"properties": _BLOB_PROPERTIES})
        if manager.find(storage.container_path) is None:
            report(f"making the container {storage.container}")
            manager.put(storage.container_path, {"properties": {"publicAccess": "None"}})
        with StateBlobs(account, storage.account, storage.container) as blobs:
            if not _may_use(blobs):
                _give_right(manager, storage, report)
                _wait_for_right(manager, blobs, report)


def _make_account(
    manager: ResourceManager, storage: StateStorage, place: Json, report: OnProgress
) -> None:
    """Make the storage account, or close what somebody opened on it, and wait for it."""
    found = manager.find(storage.account_path) or {}
    there = found.get("properties", {})
    if any(there.get(name) != value for name, value in _ACCOUNT_PROPERTIES.items()):
        report(f"{'closing' if found else 'making'} the storage account {storage.account}")
        body = {
            "location": found.get("location", place["location"]),
            "kind": "StorageV2",
            "sku": found.get("sku", {"name": "Standard_LRS"}),
            "tags": {**found.get("tags", {}), **place["tags"]},
            "properties": _ACCOUNT_PROPERTIES,
        }
        manager.put(storage.account_path, body)
    elif there.get("provisioningState") == "Succeeded":
        return
    what = f"the storage account {storage.account}"
    manager.wait_until_ready(storage.account_path, what, report)


def _may_use(blobs: StateBlobs) -> bool:
    try:
        blobs.check()
    except AzureRequestError as error:
        if error.status in _FORBIDDEN:
            return False
        raise
    return True


def _give_right(manager: ResourceManager, storage: StateStorage, report: OnProgress) -> None:
    """Give the caller the right to the blobs; the same right has the same name each time."""
    account, scope = manager.account, storage.account_path
    report("giving you the right to the state: Storage Blob Data Contributor")
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{account.object_id}|{_DATA_ROLE}".lower())
    authorization = "providers/Microsoft.Authorization"
    roles = f"/subscriptions/{storage.subscription_id}/{authorization}/roleDefinitions"
    properties = {
        "roleDefinitionId": f"{roles}/{_DATA_ROLE}",
        "principalId": account.object_id,
        "principalType": account.kind.value,
    }
    try:
        manager.put(f"{scope}/{authorization}/roleAssignments/{name}", {"properties": properties})
    except AzureRequestError as error:
        if error.code != "RoleAssignmentExists":
            raise


def _wait_for_right(manager: ResourceManager, blobs: StateBlobs, report: OnProgress) -> None:
    started = time.monotonic()
    while not _may_use(blobs):
        waited = time.monotonic() - started
        if waited > manager.timeouts.right:
            raise AzureRequestError(
                "the right to the state did not take effect within"
                f" {manager.timeouts.right:g} seconds",
                hint="Azure can take ten minutes: run the same command again then.",
                code="AuthorizationPermissionMismatch",
            )
        report(f"waiting for the right to take effect ({waited:.0f} s)")
        time.sleep(manager.timeouts.poll)
