"""The API of the cluster, as the foundation has handed it over, with the deployment's rights."""

import base64
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.names import PASSED_OUTPUTS, PLATFORM
from matcha_tui.targets.base import StackSpec

_SECONDS = 20.0


class ClusterApi:
    """Asks the cluster's API; what it is refused is an ``HTTPError`` with the API's own words."""

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

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> Any:
        """Return the answer's JSON."""
        request = urllib.request.Request(  # noqa: S310 - the cluster's own address
            self._host + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept": accept, "Content-Type": "application/json"},
            method=method,
        )
        with self._opener.open(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read())

    def lines(self, path: str, *, wait: bool = False) -> Iterator[str]:
        """Yield the lines of an answer that is text, as they come.

        Args:
            path: What is asked for.
            wait: Whether to wait for the next line however long it takes.
        """
        request = urllib.request.Request(self._host + path)  # noqa: S310 - as above
        with self._opener.open(request, timeout=None if wait else _SECONDS) as answer:
            for line in answer:
                yield line.decode("utf-8", "replace")


def open_cluster(spec: StackSpec) -> ClusterApi:
    """Return the API of the deployed cluster.

    Raises:
        MatchaError: If this folder does not know its address.
    """
    access = read_access(spec.workspace.layer(PLATFORM) / PASSED_OUTPUTS)
    if access is None:
        raise MatchaError(
            "this folder does not know the cluster's address",
            hint="Run `matcha provision`, which brings it.",
            exit_code=ExitCode.REFUSED,
        )
    return ClusterApi(access)


def read_access(path: Path) -> Mapping[str, Any] | None:
    """Return the address and the credentials among what the foundation gives, if they are there."""
    try:
        access = json.loads(path.read_bytes())["secrets"]["value"]
        return dict(access) if access["cluster_host"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def api_message(error: urllib.error.HTTPError) -> str:
    """Return what the API says of its refusal."""
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {error.code}"


def _pem(encoded: str) -> str:
    return base64.b64decode(encoded).decode("ascii").rstrip() + "\n"
