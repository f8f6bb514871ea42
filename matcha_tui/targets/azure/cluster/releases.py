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

import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.cluster.api import ClusterApi, ClusterError, read_access
from matcha_tui.terraform.worker_events import warning_line

_UNFINISHED = ("pending-install", "pending-rollback", "pending-upgrade", "uninstalling")
# Of a list, only the metadata: a release's own text can be a megabyte.
_ACCEPTED = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=1, application/json"
_NO_RESOURCE = "terraform_data.none"
_GONE = (404, 409)

ReleaseRecord = Mapping[str, Any]
"""The metadata of Helm's record of one revision of a release, a secret of the cluster."""


def main(engine: Sequence[str]) -> int:
    """Remove the dead records of our releases; what cannot be done is left to Helm to refuse."""
    access, ours = read_access(Path()), find_releases(Path("modules"))
    if not access.get("cluster_host") or not ours:
        return 0
    try:
        cluster = ClusterApi(access)
        found = [
            record
            for record in _find_unfinished(cluster)
            if (record["namespace"], record["labels"]["name"]) in ours
        ]
        if found and _is_locked(engine):
            return 0  # a run lives; the plan, which is next, says whose it is
        for record in found:
            if _delete_record(cluster, record):
                _say(record)
    except (MatchaError, OSError, ValueError, KeyError, TypeError) as error:
        reason = error if isinstance(error, MatchaError | OSError) else type(error).__name__
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


def _find_unfinished(cluster: ClusterApi) -> list[ReleaseRecord]:
    """Return the records of releases that Helm is said to be working on."""
    query = urlencode({"labelSelector": f"owner=helm,status in ({','.join(_UNFINISHED)})"})
    found = cluster.ask("GET", f"/api/v1/secrets?{query}", accept=_ACCEPTED)
    return [item["metadata"] for item in found["items"]]


def _delete_record(cluster: ClusterApi, record: ReleaseRecord) -> bool:
    """Delete a record, unless it has changed; say whether it was deleted."""
    unchanged = {"uid": record["uid"], "resourceVersion": record["resourceVersion"]}
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": unchanged}
    path = f"/api/v1/namespaces/{record['namespace']}/secrets/{record['name']}"
    try:
        cluster.ask("DELETE", path, options)
    except ClusterError as error:
        if error.status in _GONE:
            return False
        raise
    return True


def _is_locked(engine: Sequence[str]) -> bool:
    """Take the lock of the state, as the least of all commands that do; it changes nothing."""
    command = [*engine, "taint", "-allow-missing", "-lock-timeout=0s", _NO_RESOURCE]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _say(record: ReleaseRecord) -> None:
    labels = record["labels"]
    summary = f"A run that was killed left the release {labels['name']} unfinished"
    record_of = f"Helm's record of it ({labels['status']}, in {record['namespace']})"
    line = warning_line(summary, f"{record_of} is removed, so that this run can finish it.")
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
