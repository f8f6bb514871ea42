"""The API of the cluster, as the foundation has handed it over, with the deployment's rights."""

import base64
import http.client
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.names import PASSED_OUTPUTS, PLATFORM
from matcha_tui.targets.base import StackSpec

_SECONDS = 20.0


class ClusterError(MatchaError):
    """The cluster does not do what was asked.

    Attributes:
        status: The HTTP status of its refusal; ``None`` where there was no answer.
    """

    def __init__(self, message: str, hint: str, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class ClusterApi:
    """Asks the cluster's API about what a refusal names; every failure is a `ClusterError`."""

    def __init__(self, access: Mapping[str, Any], about: str = "") -> None:
        self._host = str(access["cluster_host"]).rstrip("/")
        self._about = about
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
        with self._explained(), self._opener.open(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read())

    def lines(self, path: str, *, wait: bool = False) -> Iterator[str]:
        """Yield the lines of an answer that is text, as they come; `wait` for however long."""
        request = urllib.request.Request(self._host + path)  # noqa: S310 - as above
        timeout = None if wait else _SECONDS
        with self._explained(), self._opener.open(request, timeout=timeout) as answer:
            for line in answer:
                yield line.decode("utf-8", "replace")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except urllib.error.HTTPError as error:
            with error:
                refused = f"the cluster refuses {self._about}".rstrip()
                message = f"{refused}: {_read_message(error)}"
            raise ClusterError(message, "`matcha status` says more.", error.code) from error
        except (OSError, http.client.HTTPException) as error:
            raise ClusterError(
                f"the cluster's API does not answer: {error}",
                "Is it stopped? `matcha status` says how each component is.",
            ) from error


def open_cluster(spec: StackSpec, about: str = "") -> ClusterApi:
    """Return the API of the deployed cluster, whose address this folder has to know."""
    access = read_access(spec.workspace.layer(PLATFORM))
    if not access.get("cluster_host"):
        raise MatchaError(
            "this folder does not know the cluster's address",
            hint="Run `matcha provision`, which brings it.",
            exit_code=ExitCode.REFUSED,
        )
    return ClusterApi(access, about)


def read_access(platform: Path) -> Mapping[str, Any]:
    """Return the cluster's address and credentials, as the platform's folder has them."""
    try:
        return dict(json.loads((platform / PASSED_OUTPUTS).read_bytes())["secrets"]["value"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _read_message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {error.code}"


def _pem(encoded: str) -> str:
    return base64.b64decode(encoded).decode("ascii").rstrip() + "\n"
