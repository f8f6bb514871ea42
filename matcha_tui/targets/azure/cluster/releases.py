"""Clears what a killed run left of Helm's releases, before the platform is planned again.

``python -m matcha_tui.targets.azure.cluster.releases ENGINE ...`` runs in the platform's folder. A
Helm that was killed leaves a record that says that it is still at work, and whoever comes after it
is refused: "another operation (install/upgrade/rollback) is in progress", or "cannot re-use a name
that is still in use". No setting of the helm provider changes that.

- Ours are the releases that a ``chart.toml`` of the folder's modules names; others are left alone.
- A record is dead when it was there before this could take the lock of the state: a run that
  lives holds that lock for as long as Helm works. It must not have changed since, either.
- Only the record goes, never what it describes: Helm adopts that when it installs the release
  again, or goes on from the record before.
"""

import http.client
import subprocess
import sys
import tomllib
import urllib.error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from matcha_tui.targets.azure.cluster.api import ClusterApi, read_access
from matcha_tui.targets.azure.names import PASSED_OUTPUTS
from matcha_tui.terraform.worker_events import warning_line

_UNFINISHED = ("pending-install", "pending-rollback", "pending-upgrade", "uninstalling")
# Of a list, only the metadata: a release's own text can be a megabyte.
_ACCEPTED = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=1, application/json"
_NO_RESOURCE = "terraform_data.none"
_GONE = (404, 409)


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """Helm's record of one revision of a release, a secret of the cluster.

    Attributes:
        namespace: Where it is.
        name: The secret's name.
        uid: Which secret of that name.
        version: Its state, which any change changes.
        release: The release's name.
        status: What Helm says of the release.
    """

    namespace: str
    name: str
    uid: str
    version: str
    release: str
    status: str


def find_unfinished(cluster: ClusterApi) -> tuple[ReleaseRecord, ...]:
    """Return the records of releases that Helm is said to be working on."""
    query = urlencode({"labelSelector": f"owner=helm,status in ({','.join(_UNFINISHED)})"})
    found = cluster.ask("GET", f"/api/v1/secrets?{query}", accept=_ACCEPTED)
    return tuple(_record(item["metadata"]) for item in found["items"])


def delete_record(cluster: ClusterApi, record: ReleaseRecord) -> bool:
    """Delete a record, unless it has changed; say whether it was deleted."""
    options = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": record.uid, "resourceVersion": record.version},
    }
    path = f"/api/v1/namespaces/{record.namespace}/secrets/{record.name}"
    try:
        cluster.ask("DELETE", path, options)
    except urllib.error.HTTPError as error:
        if error.code in _GONE:
            return False
        raise
    return True


def main(engine: Sequence[str]) -> int:
    """Remove the dead records of our releases; what cannot be done is left to Helm to refuse."""
    access, ours = read_access(Path(PASSED_OUTPUTS)), find_releases(Path("modules"))
    if not access or not ours:
        return 0
    try:
        cluster = ClusterApi(access)
        found = [one for one in find_unfinished(cluster) if (one.namespace, one.release) in ours]
        if found and _is_locked(engine):
            return 0  # a run lives; the plan, which is next, says whose it is
        for record in found:
            if delete_record(cluster, record):
                _say(record)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        reason = error if isinstance(error, OSError) else type(error).__name__
        sys.stdout.write(f"The cluster cannot be asked for unfinished releases: {reason}\n")
    return 0


def find_releases(modules: Path) -> frozenset[tuple[str, str]]:
    """Return namespace and name of every release that modules can make."""
    found = set()
    for file in modules.rglob("chart.toml"):
        try:
            table = tomllib.loads(file.read_text("utf-8"))
            found.add((str(table["namespace"]), str(table["release"])))
        except (OSError, ValueError, KeyError):  # of the user's own module, perhaps
            sys.stdout.write(f"{file} does not name a release\n")
    return frozenset(found)


def _is_locked(engine: Sequence[str]) -> bool:
    """Take the lock of the state, as the least of all commands that do; it changes nothing."""
    command = [*engine, "taint", "-allow-missing", "-lock-timeout=0s", _NO_RESOURCE]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _record(metadata: Mapping[str, Any]) -> ReleaseRecord:
    labels = metadata["labels"]
    return ReleaseRecord(
        namespace=str(metadata["namespace"]),
        name=str(metadata["name"]),
        uid=str(metadata["uid"]),
        version=str(metadata["resourceVersion"]),
        release=str(labels["name"]),
        status=str(labels["status"]),
    )


def _say(record: ReleaseRecord) -> None:
    line = warning_line(
        f"A run that was killed left the release {record.release} unfinished",
        f"Helm's record of it ({record.status}, in {record.namespace}) is removed, so that this "
        "run can finish it.",
    )
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
