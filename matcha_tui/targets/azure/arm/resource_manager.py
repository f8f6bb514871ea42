"""Azure Resource Manager: reads and writes whatever Azure has, as plain JSON."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from azure.core.rest import HttpResponse

from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.connection import Connection, read_object
from matcha_tui.targets.azure.cloud.failures import AzureRequestError, explain_shape

Json = dict[str, Any]
OnProgress = Callable[[str], None]
"""Is told, in a few words, what is being done or waited for."""

_VERSIONS = (
    # a path, and the version of the API that answers it; the first that matches counts
    (r".*/providers/[^/]+(/register)?", "2025-04-01"),
    (r".*/providers/Microsoft\.Authorization/policy.*", "2023-04-01"),
    (r".*/providers/Microsoft\.Authorization/.*", "2022-04-01"),
    (r".*/providers/Microsoft\.Compute/skus", "2021-07-01"),
    (r".*/providers/Microsoft\.Compute/.*", "2024-07-01"),
    (r".*/providers/Microsoft\.ContainerRegistry/.*", "2023-07-01"),
    (r".*/providers/Microsoft\.ContainerService/.*", "2024-09-01"),
    (r".*/providers/Microsoft\.DBforMySQL/.*", "2023-12-30"),
    (r".*/providers/Microsoft\.Insights/.*", "2015-04-01"),
    (r".*/providers/Microsoft\.Network/.*", "2024-05-01"),
    (r".*/providers/Microsoft\.Storage/.*", "2023-05-01"),
    (r".*/resourceGroups/.*", "2024-03-01"),
    (r".*", "2022-12-01"),  # tenants
)
_NOT_FOUND = 404
_MOST_PAGES = 1000
_BROKEN_STATES = ("Failed", "Canceled")


class ResourceManager(Connection):
    """A client of Azure Resource Manager."""

    def __init__(self, account: Account) -> None:
        cloud = account.cloud
        self.account = account
        self.timeouts = cloud.timeouts
        super().__init__(cloud.resource_manager, cloud.options, account.credential, cloud.scope)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """Read one object."""
        return read_object(self._send("GET", path, query))

    def find(self, path: str) -> Json | None:
        """Read one object, or return ``None`` if there is none; else as `get`."""
        response = self._send("GET", path, accept=(_NOT_FOUND,))
        return None if response.status_code == _NOT_FOUND else read_object(response)

    def put(self, path: str, body: Json) -> Json:
        """Create an object, or bring it to what is given; else as `get`."""
        return read_object(self._send("PUT", path, body=body))

    def post(self, path: str, body: Json | None = None) -> Json:
        """Have something done; else as `get`."""
        return read_object(self._send("POST", path, body=body))

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Json]:
        """Yield the objects of a list, over all of its pages; else as `get`."""
        name = f"GET {self.server}{path}"
        response = self._send("GET", path, query)
        for _ in range(_MOST_PAGES):
            page = read_object(response)
            items = page.get("value")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise explain_shape(name, "its answer holds no list")
            yield from items
            link = page.get("nextLink")
            if not link:
                return
            if not isinstance(link, str) or not link.startswith(f"{self.server}/"):
                # A token is never sent to another server.
                raise explain_shape(name, "its next page is on another server")
            response = self.send("GET", link.removeprefix(self.server))
        raise explain_shape(name, "its list has no end")

    def wait_until_ready(self, path: str, what: str, report: OnProgress = lambda _: None) -> None:
        """Wait until an object has been made (``provisioningState``)."""
        deadline = time.monotonic() + self.timeouts.creation
        while True:
            found = self.find(path) or {}
            state = str(found.get("properties", {}).get("provisioningState", ""))
            if state == "Succeeded":
                return
            if state in _BROKEN_STATES:
                raise AzureRequestError(
                    f"Azure could not make {what}: its state is {state}",
                    hint="Look at its activity log in the Azure portal, then try again.",
                    code=state,
                )
            if time.monotonic() > deadline:
                raise AzureRequestError(
                    f"{what} was not ready within {self.timeouts.creation:g} seconds",
                    hint="Run the same command again: it goes on from where it is.",
                    code="Timeout",
                )
            report(f"waiting for {what}")
            time.sleep(self.timeouts.poll)

    def _send(
        self, method: str, path: str, query: Mapping[str, str] | None = None, **options: Any
    ) -> HttpResponse:
        version = next(found for form, found in _VERSIONS if re.fullmatch(form, path, re.I))
        return self.send(method, path, query={"api-version": version, **(query or {})}, **options)
