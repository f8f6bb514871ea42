"""Where the Azure that is used answers: the public one, a national one, or one's own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, name_hint
from matcha_tui.targets.azure.cloud.connection import (
    Connection,
    Timeouts,
    connection_options,
    read_object,
)
from matcha_tui.targets.azure.cloud.failures import explain_shape

METADATA_VARIABLES = ("ARM_METADATA_HOSTNAME", "ARM_METADATA_HOST")
"""Name the server that tells the endpoints; the azurerm provider and backend read them."""

ENVIRONMENT_VARIABLE = "ARM_ENVIRONMENT"

STORAGE_SCOPE = "https://storage.azure.com/.default"
"""What a token for blobs is for, in every cloud."""

_METADATA_PATH = "/metadata/endpoints"
_METADATA_VERSION = "2022-09-01"


@dataclass(frozen=True, slots=True)
class Cloud:
    """The endpoints of one Azure."""

    name: str  # as Terraform's `environment`: `public`
    resource_manager: str  # `https://management.azure.com`, without a slash at its end
    authority: str  # where one signs in: `https://login.microsoftonline.com`
    audience: str  # what tokens for the resource manager are for
    storage_suffix: str  # what storage accounts' names are put before: `core.windows.net`
    is_known: bool = True  # whether Microsoft's own directory of authorities lists the authority
    timeouts: Timeouts = field(default_factory=Timeouts)
    # From `connection_options`.
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def scope(self) -> str:
        """What a token for the resource manager is asked for with."""
        return f"{self.audience}/.default"

    def blob_server(self, account: str) -> str:
        """Where the blobs of a storage account are: ``https://ACCOUNT.blob.core.windows.net``."""
        return f"https://{account}.blob.{self.storage_suffix}"


# learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure and
# learn.microsoft.com/azure/china/resources-developer-guide
_KNOWN = {
    # where resources are managed, where one signs in, and where blobs are
    "public": ("management.azure.com", "login.microsoftonline.com", "core.windows.net"),
    "usgovernment": (
        "management.usgovcloudapi.net",
        "login.microsoftonline.us",
        "core.usgovcloudapi.net",
    ),
    "china": ("management.chinacloudapi.cn", "login.chinacloudapi.cn", "core.chinacloudapi.cn"),
}


def find_cloud(
    environment: Mapping[str, str] = os.environ, timeouts: Timeouts | None = None
) -> Cloud:
    """Find the Azure to use, by the variables that Terraform's azurerm reads."""
    timeouts = timeouts or Timeouts()
    options = connection_options(timeouts, environment)
    for variable in METADATA_VARIABLES:
        if host := environment.get(variable):
            return _ask_for_endpoints(host, timeouts, options)
    word = environment.get(ENVIRONMENT_VARIABLE) or "public"
    name = find_name(word, _KNOWN)  # azurerm, too, takes it in any case
    if name is None:
        raise MatchaError(
            f"{ENVIRONMENT_VARIABLE} is {word!r}, which is no cloud that is known",
            hint=f"{name_hint(word, _KNOWN)} Unset it for the public one.",
            exit_code=ExitCode.USAGE,
        )
    manager, login, suffix = _KNOWN[name]
    server = f"https://{manager}"
    return Cloud(name, server, f"https://{login}", server, suffix, True, timeouts, options)


def _ask_for_endpoints(host: str, timeouts: Timeouts, options: Mapping[str, Any]) -> Cloud:
    server = f"https://{host}"
    request = f"GET {server}{_METADATA_PATH}"
    with Connection(server, options) as connection:
        query = {"api-version": _METADATA_VERSION}
        answer = read_object(connection.send("GET", _METADATA_PATH, query=query))
    try:
        authentication = answer["authentication"]
        cloud = Cloud(
            name=str(answer["name"]),
            resource_manager=str(answer["resourceManager"]).rstrip("/"),
            authority=str(authentication["loginEndpoint"]).rstrip("/"),
            audience=str(authentication["audiences"][0]).rstrip("/"),
            storage_suffix=str(answer["suffixes"]["storage"]),
            is_known=False,
            timeouts=timeouts,
            options=options,
        )
    except (KeyError, IndexError, TypeError) as error:
        raise explain_shape(request, "its answer lacks the endpoints of a cloud") from error
    for address in (cloud.resource_manager, cloud.authority):
        if not address.startswith("https://"):
            raise explain_shape(request, f"{address} is not https")
    return cloud
