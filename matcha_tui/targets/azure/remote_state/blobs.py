"""The states in their storage account: what is in them, and who holds their locks.

Terraform's azurerm backend locks a state by an infinite lease on its blob, whose ID is
the lock's ID, and writes who holds it into the blob's metadata (``Terraformlockid``).
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from azure.core.rest import HttpResponse

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.plain_text import clean_line
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.connection import Connection, read_object
from matcha_tui.targets.azure.cloud.endpoints import STORAGE_SCOPE
from matcha_tui.targets.base import StateLock

_VERSION = {"x-ms-version": "2021-12-02"}
_LOCK_METADATA = "x-ms-meta-terraformlockid"
_METADATA_PREFIX = "x-ms-meta-"
_OWNER_WORDS = ("ID", "Who", "Operation", "Created", "Version")
_NOT_FOUND = 404
_CHANGED_SINCE = (409, 412)


class StateBlobs(Connection):
    """The blobs that hold the states."""

    def __init__(self, account: Account, storage_account: str, container: str) -> None:
        cloud = account.cloud
        self._container = f"/{container}"
        self._record = f"{self._container}/deployment.json"
        server = cloud.blob_server(storage_account)
        super().__init__(server, cloud.options, account.credential, STORAGE_SCOPE)

    def check(self) -> None:
        """See that the caller may use the container."""
        query = {"restype": "container", "comp": "list", "maxresults": "1"}
        self.send("GET", self._container, query=query, headers=_VERSION)

    def read_state(self, layer: str) -> dict[str, Any] | None:
        """Read a layer's state, with secrets in clear; ``None`` where there is none."""
        response = self._find("GET", self._path(layer))
        return read_object(response) if response else None

    def read_record(self) -> tuple[dict[str, Any] | None, str]:
        """Read the deployment record beside the states, if there is one, and its version."""
        response = self._find("GET", self._record)
        return (read_object(response), response.headers["ETag"]) if response else (None, "")

    def write_record(self, record: Mapping[str, Any], replaces: str) -> bool:
        """Put the record beside the states, unless somebody else has meanwhile; say whether."""
        unless = {"If-Match": replaces} if replaces else {"If-None-Match": "*"}
        headers = {**_VERSION, **unless, "x-ms-blob-type": "BlockBlob"}
        response = self.send(
            "PUT", self._record, headers=headers, body=dict(record), accept=_CHANGED_SINCE
        )
        return response.status_code not in _CHANGED_SINCE

    def find_lock(self, layer: str) -> StateLock | None:
        """Return who holds the lock on a layer's state; ``None`` where nobody does."""
        headers = self._headers(layer)
        if headers.get("x-ms-lease-state") not in ("leased", "breaking"):
            return None
        return read_owner(headers.get(_LOCK_METADATA, ""))

    def force_unlock(self, layer: str, lock_id: str) -> None:
        """Take a stale lock away, as ``terraform force-unlock`` does, without an engine.

        The lease is released by its ID, so that the server itself refuses when the
        lock has changed hands since somebody looked.
        """
        owner = self.find_lock(layer)
        if owner is None:
            raise MatchaError(f"the state of {layer} is not locked", exit_code=ExitCode.REFUSED)
        if owner.lock_id != lock_id:
            raise MatchaError(
                f"the state of {layer} is locked by {owner.lock_id or 'a lock without a name'},"
                f" not by {lock_id or 'one without a name'}: {owner.sentence}",
                hint="Look again who holds it, and ask them.",
                exit_code=ExitCode.REFUSED,
            )
        if not lock_id:
            breaking = {"x-ms-lease-action": "break", "x-ms-lease-break-period": "0"}
            self._put(layer, "lease", breaking)
            return
        kept = {
            name: value
            for name, value in self._headers(layer).items()
            if name.startswith(_METADATA_PREFIX) and name != _LOCK_METADATA
        }
        self._put(layer, "metadata", {**kept, "x-ms-lease-id": lock_id})
        self._put(layer, "lease", {"x-ms-lease-action": "release", "x-ms-lease-id": lock_id})

    def _headers(self, layer: str) -> dict[str, str]:
        response = self._find("HEAD", self._path(layer))
        return {name.lower(): value for name, value in response.headers.items()} if response else {}

    def _find(self, method: str, path: str) -> HttpResponse | None:
        response = self.send(method, path, headers=_VERSION, accept=(_NOT_FOUND,))
        return None if response.status_code == _NOT_FOUND else response

    def _put(self, layer: str, part: str, headers: dict[str, str]) -> None:
        self.send("PUT", self._path(layer), query={"comp": part}, headers={**_VERSION, **headers})

    def _path(self, layer: str) -> str:
        return f"{self._container}/{quote(layer)}.tfstate"


def read_owner(metadata: str) -> StateLock:
    """Read who holds a lock, from what Terraform wrote (base64 of JSON)."""
    try:
        found = json.loads(base64.b64decode(metadata, validate=True))
    except ValueError:
        found = None
    known = found if isinstance(found, dict) else {}
    words = {name: clean_line(str(known.get(name) or "")) for name in _OWNER_WORDS}
    try:
        created = datetime.fromisoformat(words["Created"]).astimezone(UTC)
    except (ValueError, OverflowError):
        created = None
    return StateLock(words["ID"], words["Who"], words["Operation"], created, words["Version"])
