"""Azure Resource Manager: reads and writes whatever Azure has, as plain JSON."""

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

_NOT_FOUND = 404
_MOST_PAGES = 1000
_BROKEN_STATES = ("Failed", "Canceled")


class ResourceManager:
    """A client of Azure Resource Manager; every failure is one `MatchaError`.

    Use it from one thread at a time, as a context manager.
    """

    def __init__(self, account: Account) -> None:
        cloud = account.cloud
        self.account = account
        self._patience = cloud.timeouts
        self._connection = Connection(
            cloud.resource_manager, cloud.options, account.credential, cloud.scope
        )

    def __enter__(self) -> "ResourceManager":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> Json:
        """Read one object."""
        return read_object(self._send("GET", path, api_version, query=query))

    def find(self, path: str, api_version: str) -> Json | None:
        """Read one object, or return ``None`` if there is none; else as `get`."""
        response = self._send("GET", path, api_version, accept=(_NOT_FOUND,))
        if response.status_code != _NOT_FOUND:
            return read_object(response)
        return None

    def put(self, path: str, api_version: str, body: Json) -> Json:
        """Create an object, or bring it to what is given; else as `get`."""
        return read_object(self._send("PUT", path, api_version, body=body))

    def post(self, path: str, api_version: str, body: Json | None = None) -> Json:
        """Have something done; else as `get`."""
        return read_object(self._send("POST", path, api_version, body=body))

    def delete(self, path: str, api_version: str) -> None:
        """Begin to delete an object, which need not be there."""
        self._send("DELETE", path, api_version, accept=(_NOT_FOUND,))

    def pages(
        self, path: str, api_version: str, query: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Yield the objects of a list, over all of its pages; else as `get`."""
        name = f"GET {self._connection.server}{path}"
        response = self._send("GET", path, api_version, query=query)
        for _ in range(_MOST_PAGES):
            page = read_object(response)
            items = page.get("value")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise explain_shape(name, "its answer holds no list")
            yield from items
            link = page.get("nextLink")
            if not link:
                return
            response = self._connection.send("GET", self._path_of(link, name))
        raise explain_shape(name, "its list has no end")

    def wait_until_ready(
        self, path: str, api_version: str, what: str, report: OnProgress = lambda _: None
    ) -> Json:
        """Wait until an object has been made (``provisioningState``).

        Returns:
            The object.
        """
        deadline = time.monotonic() + self._patience.creation
        while True:
            found = self.find(path, api_version) or {}
            state = str(found.get("properties", {}).get("provisioningState", ""))
            if state == "Succeeded":
                return found
            if state in _BROKEN_STATES:
                raise AzureRequestError(
                    f"Azure could not make {what}: its state is {state}",
                    hint="Look at its activity log in the Azure portal, then try again.",
                    code=state,
                )
            if time.monotonic() > deadline:
                raise AzureRequestError(
                    f"{what} was not ready within {self._patience.creation:g} seconds",
                    hint="Run the same command again: it goes on from where it is.",
                    code="Timeout",
                )
            report(f"waiting for {what}")
            time.sleep(self._patience.poll)

    def wait_until_gone(
        self, path: str, api_version: str, what: str, report: OnProgress = lambda _: None
    ) -> None:
        """Wait until an object has been deleted; arguments and errors as `wait_until_ready`."""
        deadline = time.monotonic() + self._patience.creation
        while self.find(path, api_version) is not None:
            if time.monotonic() > deadline:
                raise AzureRequestError(
                    f"{what} was not deleted within {self._patience.creation:g} seconds",
                    hint="Azure goes on deleting it; look again later.",
                    code="Timeout",
                )
            report(f"waiting for {what} to be deleted")
            time.sleep(self._patience.poll)

    def _send(
        self,
        method: str,
        path: str,
        api_version: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        accept: tuple[int, ...] = (),
    ) -> HttpResponse:
        return self._connection.send(
            method,
            path,
            query={"api-version": api_version, **(query or {})},
            body=body,
            accept=accept,
        )

    def _path_of(self, link: object, name: str) -> str:
        """The path of a next page; a token is never sent to another server."""
        server = self._connection.server + "/"
        if not isinstance(link, str) or not link.startswith(server):
            raise explain_shape(name, "its next page is on another server")
        return link.removeprefix(server[:-1])
