"""How Azure is talked to: with patience that ends, trust in the right certificates, one voice."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from azure.core import PipelineClient
from azure.core.credentials import SupportsTokenInfo
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    RequestIdPolicy,
    RetryPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.cloud.failures import (
    FIRST_REFUSAL,
    explain_error,
    explain_response,
    explain_shape,
)

_CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
_LOGGERS = ("azure", "msal", "urllib3")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long anything that asks Azure waits before it gives up; all times in seconds."""

    connect: float = 10.0  # for a connection
    read: float = 30.0  # for the next part of an answer
    command: int = 60  # for one call of the Azure CLI
    retries: int = 3  # how often a request is repeated
    backoff: float = 0.8  # what the pauses between repetitions grow from
    # Azure is obeyed when it asks for a pause (Retry-After) of up to this; a longer one is told to
    # the user instead.
    longest_pause: float = 60.0
    right: float = 300.0  # for a right just given to take effect
    creation: float = 600.0  # for a resource to be made
    poll: float = 5.0  # between two looks at something that takes time


class BoundedRetry(RetryPolicy[Any, Any]):
    """Repeats what may succeed later, but never sleeps longer than it was told to."""

    def __init__(self, *, longest_pause: float, **options: Any) -> None:
        super().__init__(**options)
        self._longest_pause = longest_pause

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Return whether to repeat: never when Azure asks for too long a pause."""
        if (self.get_retry_after(response) or 0.0) > self._longest_pause:
            return False
        return bool(super().is_retry(settings, response))


class Connection:
    """Sends requests to one server of Azure's; each failure is one `MatchaError`.

    Use it from one thread at a time, as a context manager.
    """

    def __init__(
        self,
        server: str,
        options: Mapping[str, Any],
        credential: SupportsTokenInfo | None = None,
        scope: str = "",
    ) -> None:
        self.server = server
        policies: list[Any] = [
            RequestIdPolicy(),
            UserAgentPolicy(base_user_agent="matcha-tui"),
            BoundedRetry(**options),
        ]
        if credential is not None:
            policies.append(BearerTokenCredentialPolicy(credential, scope))
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            server, policies=policies, **options
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        accept: tuple[int, ...] = (),
    ) -> HttpResponse:
        """Send one request, again and again where that may help.

        Returns:
            The answer, read to its end.
        """
        name = f"{method} {self.server}{path}"
        try:
            request = HttpRequest(
                method,
                self.server + path,
                params=dict(query or {}),
                headers=dict(headers or {}),
                json=body,
            )
            response = self._client.send_request(request)
        except (AzureError, OSError, ValueError) as error:  # requests' own errors are OSErrors
            raise explain_error(error, name) from error
        if response.status_code >= FIRST_REFUSAL and response.status_code not in accept:
            raise explain_response(response, name)
        return response


def read_object(response: HttpResponse) -> dict[str, Any]:
    """Read an answer that must be a JSON object; an empty one is an empty object."""
    name = f"{response.request.method} {response.request.url.partition('?')[0]}"
    if not response.content:
        return {}
    try:
        content = json.loads(response.content)
    except ValueError as error:
        raise explain_shape(name, "its answer is no JSON") from error
    if not isinstance(content, dict):
        raise explain_shape(name, "its answer is no JSON object")
    return content


def connection_options(
    timeouts: Timeouts, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Return the options that any client of Azure takes: timeouts, retries, certificates.

    They suit `Connection` and azure-identity's credentials, which make the retry policy from
    ``retry_policy_class``.
    """
    # Without a handler, what these libraries log is written to stderr, over the screen.
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    return {
        "connection_timeout": timeouts.connect,
        "read_timeout": timeouts.read,
        "connection_verify": find_certificates(environment),
        "retry_total": timeouts.retries,
        "retry_read": 1,
        "retry_backoff_factor": timeouts.backoff,
        "longest_pause": timeouts.longest_pause,
        "retry_policy_class": BoundedRetry,
    }


def find_certificates(environment: Mapping[str, str]) -> bool | str:
    """Return the file of the certificates to trust, or ``True`` for the usual ones."""
    for name in _CERTIFICATE_VARIABLES:
        if path := environment.get(name):
            if not Path(path).exists():
                raise MatchaError(
                    f"{name} is {path}, and there is no such file",
                    hint="Set it to the file of the certificates to trust, or unset it.",
                    exit_code=ExitCode.USAGE,
                )
            return path
    return True
