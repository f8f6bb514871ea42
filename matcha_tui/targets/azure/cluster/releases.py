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

import base64
import http.client
import json
import ssl
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from matcha_tui.targets.azure.names import PASSED_OUTPUTS
from matcha_tui.terraform.worker_events import warning_line

_SECONDS = 20.0
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


class ClusterApi:
    """The API of the cluster, as the foundation has handed it over."""

    def __init__(self, access: Mapping[str, Any]) -> None:
        self._host = str(access["cluster_host"]).rstrip("/")
        context = ssl.create_default_context(cadata=_pem(access["cluster_ca_certificate"]))
        # Since Python 3.13 it would want more of a certificate than clusters' authorities give.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:  # only its owner may read it
            pair.write(_pem(access["cluster_client_certificate"]))
            pair.write(_pem(access["cluster_client_key"]))
            pair.flush()
            context.load_cert_chain(pair.name)
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))

    def unfinished(self) -> tuple[ReleaseRecord, ...]:
        """Return the records of releases that Helm is said to be working on."""
        query = urlencode({"labelSelector": f"owner=helm,status in ({','.join(_UNFINISHED)})"})
        found = json.loads(self._ask("GET", f"/api/v1/secrets?{query}"))
        return tuple(_record(item["metadata"]) for item in found["items"])

    def delete(self, record: ReleaseRecord) -> bool:
        """Delete a record, unless it has changed; say whether it was deleted."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": record.uid, "resourceVersion": record.version},
        }
        path = f"/api/v1/namespaces/{record.namespace}/secrets/{record.name}"
        try:
            self._ask("DELETE", path, options)
        except urllib.error.HTTPError as error:
            if error.code in _GONE:
                return False
            raise
        return True

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the cluster's own address
            self._host + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": _ACCEPTED, "Content-Type": "application/json"},
            method=method,
        )
        with self._opener.open(request, timeout=_SECONDS) as answer:
            content: bytes = answer.read()
        return content


def main(engine: Sequence[str]) -> int:
    """Remove the dead records of our releases; what cannot be done is left to Helm to refuse."""
    access, ours = _read_access(Path(PASSED_OUTPUTS)), find_releases(Path("modules"))
    if not access or not ours:
        return 0
    try:
        cluster = ClusterApi(access)
        found = [one for one in cluster.unfinished() if (one.namespace, one.release) in ours]
        if found and _is_locked(engine):
            return 0  # a run lives; the plan, which is next, says whose it is
        for record in found:
            if cluster.delete(record):
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


def _read_access(path: Path) -> Mapping[str, Any] | None:
    try:
        access = json.loads(path.read_bytes())["secrets"]["value"]
        return dict(access) if access["cluster_host"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


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


def _pem(encoded: str) -> str:
    return base64.b64decode(encoded).decode("ascii").rstrip() + "\n"


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
