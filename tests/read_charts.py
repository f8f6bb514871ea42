"""``python -m tests.read_charts FOLDER``: whether charts read the keys that their modules set.

Every ``chart.toml`` below FOLDER names a chart; it is fetched from where Helm fetches it, and its
own values and templates are read. Exit code 1: a key is not read. A chart that cannot be had is
said, and is no failure: this may run where the network does not reach.
"""

import io
import re
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
import yaml

_SECONDS = 30
_LARGEST = 20_000_000
_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


def main(folder: Path) -> int:
    """Read every chart, and say what was found."""
    has_unread = False
    for file in sorted(folder.rglob("chart.toml")):
        table = tomllib.loads(file.read_text("utf-8"))
        name = f"{table['chart']} {table['version']}"
        try:
            unread = find_unread(fetch(table), table["keys"])
        except (OSError, tarfile.TarError, LookupError, ValueError, TypeError) as error:
            reason = error if isinstance(error, LookupError) else type(error).__name__
            print(f"{name}: could not be had from {table['repository']} ({reason})")  # noqa: T201
            continue
        has_unread |= bool(unread)
        found = f"does not read {', '.join(unread)}" if unread else "reads every key"
        print(f"{name}: {found}")  # noqa: T201
    return int(has_unread)


def fetch(table: Mapping[str, Any]) -> bytes:
    """Fetch a chart's archive, from a repository with an index or from a registry.

    Raises:
        OSError: If it cannot be reached.
        LookupError: If it has no such chart or version.
    """
    repository, chart, version = table["repository"], table["chart"], table["version"]
    if repository.startswith("oci://"):
        host, _, path = repository.removeprefix("oci://").partition("/")
        return _from_registry(f"https://{host}", f"{path}/{chart}", version)
    base = repository.rstrip("/") + "/"
    index = yaml.load(
        _get(f"{base}index.yaml").content, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    for entry in index["entries"][chart]:
        if entry["version"] == version:
            return _get(urljoin(base, entry["urls"][0])).content
    raise LookupError(f"{base} has no version {version} of {chart}")


def _from_registry(host: str, path: str, version: str) -> bytes:
    url = f"{host}/v2/{path}"
    headers = {"Accept": _MANIFEST}
    asked = requests.get(f"{url}/manifests/{version}", headers=headers, timeout=_SECONDS)
    if asked.status_code == requests.codes.unauthorized:
        headers["Authorization"] = f"Bearer {_token(asked.headers['WWW-Authenticate'])}"
    manifest = _get(f"{url}/manifests/{version}", headers).json()
    (digest,) = (one["digest"] for one in manifest["layers"] if one["mediaType"] == _LAYER)
    return _get(f"{url}/blobs/{digest}", headers).content


def _token(challenge: str) -> str:
    """Ask for the token that anybody may have."""
    wanted = dict(_PARAMETER.findall(challenge))
    answer = requests.get(wanted.pop("realm"), params=wanted, timeout=_SECONDS)
    answer.raise_for_status()
    return str(answer.json()["token"])


def _get(url: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    answer = requests.get(url, headers=headers, timeout=_SECONDS)
    answer.raise_for_status()
    return answer


def find_unread(archive: bytes, keys: list[str]) -> list[str]:
    """Return the keys that a chart reads nowhere.

    Args:
        archive: The chart, as Helm fetches it.
        keys: Dotted names; below one that ends in ``.*`` anything goes.
    """
    values: Any = {}
    text = ""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        for member in packed:
            parts = Path(member.name).parts
            source = packed.extractfile(member)
            if source is None or member.size > _LARGEST:
                continue
            if parts[1:] == ("values.yaml",):
                values = yaml.safe_load(source.read())
            elif parts[1:2] == ("templates",):
                text += source.read().decode("utf-8", "replace")
    return [key for key in keys if not _is_read(key.removesuffix(".*"), values, text)]


def _is_read(key: str, values: Any, templates: str) -> bool:
    """Say whether a key has a default, is below one that is free, or is in a template."""
    if re.search(rf"\.Values\.{re.escape(key)}(?![\w.])", templates):
        return True
    for name in key.split("."):
        if not values and isinstance(values, dict | None):
            return True  # whatever is given there is passed on
        if not isinstance(values, dict) or name not in values:
            return False
        values = values[name]
    return True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
