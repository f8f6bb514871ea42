"""The state that colleagues share, as it is seen from one project's folder."""

import json
from typing import Any

from matcha_tui.project.record import Record, read_record, write_record
from matcha_tui.project.state import SHARED_STATE
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.system.files import make_private_directory, write_atomically
from matcha_tui.system.locks import is_locked
from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import StateStorage, find_storage
from matcha_tui.targets.azure.remote_state.steps import read_shared
from matcha_tui.targets.azure.remote_state.storage import exists
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec, StateLock
from matcha_tui.targets.composition import RESOURCES_OUTPUT
from matcha_tui.terraform.folder import LOCK

_FORBIDDEN = 403


def fetch_state(spec: StackSpec) -> None:
    """Bring this folder's copies of the state up to date, and what the stack gives with them."""
    states: dict[str, dict[str, Any] | None] = dict.fromkeys((FOUNDATION, PLATFORM))
    shared: dict[str, Any] | None = None
    found = _open(spec)
    if found is None:
        return
    account, storage = found
    if _may_exist(account, storage):
        with StateBlobs(account, storage.account, storage.container) as blobs:
            states = {layer: blobs.read_state(layer) for layer in states}
            shared, _ = blobs.read_record()
    prepare_workspace(spec.workspace)
    for layer, state in states.items():
        file = make_private_directory(spec.workspace.layer(layer)) / SHARED_STATE
        write_atomically(file, json.dumps(state) if state else "")
    if shared is not None:
        _merge_record(spec.workspace, read_shared(shared))
    outputs = (states[PLATFORM] or {}).get("outputs", {})
    if RESOURCES_OUTPUT in outputs:
        content = json.dumps(outputs[RESOURCES_OUTPUT]["value"], indent=2) + "\n"
        write_atomically(spec.workspace.state_file, content)
    else:
        spec.workspace.state_file.unlink(missing_ok=True)


def find_lock(spec: StackSpec, layer: str) -> StateLock | None:
    """Return who holds the lock of a layer's state, if anybody does."""
    if (found := _open(spec)) is None:
        return None
    account, storage = found
    with StateBlobs(account, storage.account, storage.container) as blobs:
        return blobs.find_lock(layer)


def free_lock(spec: StackSpec, layer: str, lock_id: str) -> None:
    """Take away the lock of a layer's state, unless it has changed hands meanwhile."""
    if found := _open(spec):
        account, storage = found
        with StateBlobs(account, storage.account, storage.container) as blobs:
            blobs.force_unlock(layer, lock_id)


def _open(spec: StackSpec) -> tuple[Account, StateStorage] | None:
    settings = AzureSettings.of(spec)
    storage = find_storage(settings, spec.config.state)
    return (sign_in(tenant_id=settings.tenant_id), storage) if storage else None


def _merge_record(workspace: Workspace, shared: Record) -> None:
    """Keep the shared record, unless a run that is under way here is just writing its own.

    Clocks of colleagues differ, so which one was written later tells nothing.
    """
    own = read_record(workspace)
    if own is None or not is_locked(workspace.runs / own.run / LOCK):
        write_record(workspace, shared)


def _may_exist(account: Account, storage: StateStorage) -> bool:
    """Return whether to ask for the blobs: a name that does not exist is slow to fail."""
    try:
        return exists(account, storage)
    except AzureRequestError as error:
        if error.status == _FORBIDDEN:  # a colleague may have a right to the blobs alone
            return True
        raise
