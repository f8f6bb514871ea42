"""Where a team keeps a stack's state: a storage account in Azure that locks it.

Every step looks first and may be repeated: an interrupted set-up goes on where it was.
"""

import time
import uuid
from collections.abc import Mapping, Sequence

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, OnProgress, ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import StateStorage

DATA_ROLE = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
"""Storage Blob Data Contributor, one of Azure's built-in roles."""

_GROUPS_VERSION = "2024-03-01"
_STORAGE_VERSION = "2023-05-01"
_RIGHTS_VERSION = "2022-04-01"
_DAYS_KEPT = 30
_TAGS = {"created-by": "matcha-tui", "purpose": "terraform-state"}
_FORBIDDEN = (401, 403)
_CONFLICT = 409

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


def place_state(account: Account, subscription_id: str, prefix: str, name: str) -> StateStorage:
    """Return where the state of a stack is kept, whether or not it is there yet."""
    return StateStorage(subscription_id, account.tenant_id, f"{prefix}-state", name)


def open_blobs(account: Account, storage: StateStorage) -> StateBlobs:
    """Open the states themselves; close what is returned."""
    return StateBlobs(account, storage.account, storage.container)


def exists(account: Account, storage: StateStorage) -> bool:
    """Return whether the container for the state has been made."""
    with ResourceManager(account) as manager:
        return manager.find(storage.container_path, _STORAGE_VERSION) is not None


def create(
    account: Account,
    storage: StateStorage,
    location: str,
    tags: Mapping[str, str] | None = None,
    report: OnProgress = lambda _: None,
) -> None:
    """Make what is missing of a state's storage, and see that the caller may use it."""
    all_tags = {**(tags or {}), **_TAGS}
    with ResourceManager(account) as manager:
        _make_group(manager, storage, location, all_tags, report)
        _make_account(manager, storage, location, all_tags, report)
        report("switching on versions and undelete")
        manager.put(
            f"{storage.account_path}/blobServices/default",
            _STORAGE_VERSION,
            {"properties": _BLOB_PROPERTIES},
        )
        if manager.find(storage.container_path, _STORAGE_VERSION) is None:
            report(f"making the container {storage.container}")
            properties = {"properties": {"publicAccess": "None"}}
            manager.put(storage.container_path, _STORAGE_VERSION, properties)
        with open_blobs(account, storage) as blobs:
            if not _may_use(blobs):
                _give_right(manager, storage, report)
                _wait_for_right(account, blobs, report)


def delete(
    account: Account,
    storage: StateStorage,
    layers: Sequence[str],
    report: OnProgress = lambda _: None,
) -> None:
    """Delete a state's storage, once nothing is in any state.

    The resource group goes too, unless somebody put something else into it.
    """
    with ResourceManager(account) as manager:
        if manager.find(storage.container_path, _STORAGE_VERSION) is not None:
            _check_empty(account, storage, layers)
        if manager.find(storage.group_path, _GROUPS_VERSION) is None:
            return
        others = [
            str(item.get("id", ""))
            for item in manager.pages(f"{storage.group_path}/resources", _GROUPS_VERSION)
            if str(item.get("id", "")).casefold() != storage.account_path.casefold()
        ]
        if others:
            report(f"deleting the storage account {storage.account}")
            manager.delete(storage.account_path, _STORAGE_VERSION)
            return
        report(f"deleting the resource group {storage.resource_group}")
        manager.delete(storage.group_path, _GROUPS_VERSION)
        what = f"the resource group {storage.resource_group}"
        manager.wait_until_gone(storage.group_path, _GROUPS_VERSION, what, report)


def _make_group(
    manager: ResourceManager,
    storage: StateStorage,
    location: str,
    tags: Mapping[str, str],
    report: OnProgress,
) -> None:
    if manager.find(storage.group_path, _GROUPS_VERSION) is None:
        report(f"making the resource group {storage.resource_group}")
        body = {"location": location, "tags": dict(tags)}
        manager.put(storage.group_path, _GROUPS_VERSION, body)


def _make_account(
    manager: ResourceManager,
    storage: StateStorage,
    location: str,
    tags: Mapping[str, str],
    report: OnProgress,
) -> None:
    """Make the storage account, or close what somebody opened on it, and wait for it."""
    found = manager.find(storage.account_path, _STORAGE_VERSION) or {}
    there = found.get("properties", {})
    if any(there.get(name) != value for name, value in _ACCOUNT_PROPERTIES.items()):
        report(f"{'closing' if found else 'making'} the storage account {storage.account}")
        body = {
            "location": found.get("location", location),
            "kind": "StorageV2",
            "sku": found.get("sku", {"name": "Standard_LRS"}),
            "tags": {**found.get("tags", {}), **tags},
            "properties": _ACCOUNT_PROPERTIES,
        }
        manager.put(storage.account_path, _STORAGE_VERSION, body)
    elif there.get("provisioningState") == "Succeeded":
        return
    what = f"the storage account {storage.account}"
    manager.wait_until_ready(storage.account_path, _STORAGE_VERSION, what, report)


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
    account = manager.account
    report("giving you the right to the state: Storage Blob Data Contributor")
    scope = storage.account_path
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{account.object_id}|{DATA_ROLE}".lower())
    role = (
        f"/subscriptions/{storage.subscription_id}"
        f"/providers/Microsoft.Authorization/roleDefinitions/{DATA_ROLE}"
    )
    try:
        manager.put(
            f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
            _RIGHTS_VERSION,
            {
                "properties": {
                    "roleDefinitionId": role,
                    "principalId": account.object_id,
                    "principalType": account.kind.value,
                }
            },
        )
    except AzureRequestError as error:
        if error.status != _CONFLICT or error.code != "RoleAssignmentExists":
            raise


def _wait_for_right(account: Account, blobs: StateBlobs, report: OnProgress) -> None:
    timeouts = account.cloud.timeouts
    started = time.monotonic()
    while not _may_use(blobs):
        waited = time.monotonic() - started
        if waited > timeouts.right:
            raise AzureRequestError(
                f"the right to the state did not take effect within {timeouts.right:g} seconds",
                hint="Azure can take ten minutes: run the same command again then.",
                code="AuthorizationPermissionMismatch",
            )
        report(f"waiting for the right to take effect ({waited:.0f} s)")
        time.sleep(timeouts.poll)


def _check_empty(account: Account, storage: StateStorage, layers: Sequence[str]) -> None:
    with open_blobs(account, storage) as blobs:
        for layer in layers:
            blobs.refuse_if_locked(layer)
            state = blobs.read_state(layer) or {}
            if count := len(state.get("resources", [])):
                raise MatchaError(
                    f"the state of {layer} still has resources: {count}",
                    hint="Destroy them first: matcha destroy",
                    exit_code=ExitCode.REFUSED,
                )
