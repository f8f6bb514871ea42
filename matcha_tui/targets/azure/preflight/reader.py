"""Asks Azure on behalf of checks: whatever keeps it from answering is "could not verify"."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, ResourceManager
from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.cloud.connection import Timeouts
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from matcha_tui.targets.azure.cloud.failures import explain_shape
from matcha_tui.targets.azure.preflight.once import Once
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.findings import Unverified

T = TypeVar("T")
Item = TypeVar("Item")

CHECK_TIMEOUTS = Timeouts(
    connect=5.0, read=30.0, command=45, retries=2, backoff=0.5, longest_pause=15.0
)
"""How long a check waits: less than a provision, since what it cannot learn stops nobody."""

_MOST_AT_ONCE = 6


def sign_in_for_checks(tenant_id: str) -> Account:
    """Sign in, with less patience than a provision has."""
    return sign_in(find_cloud(timeouts=CHECK_TIMEOUTS), tenant_id=tenant_id)


class Reader:
    """Reads one subscription; may be used from any thread."""

    def __init__(self, account: Account, subscription_id: str) -> None:
        self.account = account
        self.subscription = f"/subscriptions/{subscription_id}"
        self._kept: dict[Hashable, Once[Any]] = {}
        self._lock = threading.Lock()

    def manager(self) -> ResourceManager:
        """Open a client that changes something, and whose errors are its own; close it."""
        return ResourceManager(self.account)

    def get(
        self,
        parse: Callable[[Json], T],
        path: str,
        api_version: str,
        query: Mapping[str, str] | None = None,
    ) -> T:
        """Read one object."""
        with self._asking(path) as manager:
            return parse(manager.get(path, api_version, query))

    def find(self, parse: Callable[[Json], T], path: str, api_version: str) -> T | None:
        """Read one object, or return ``None`` if there is none; else as `get`."""
        with self._asking(path) as manager:
            found = manager.find(path, api_version)
            return None if found is None else parse(found)

    def post(self, parse: Callable[[Json], T], path: str, api_version: str, body: Json) -> T:
        """Ask something that takes a body; else as `get`."""
        with self._asking(path) as manager:
            return parse(manager.post(path, api_version, body))

    def list_all(
        self,
        parse: Callable[[Json], T],
        path: str,
        api_version: str,
        query: Mapping[str, str] | None = None,
    ) -> list[T]:
        """Read a list over all of its pages; `parse` takes each object, else as `get`."""
        with self._asking(path) as manager:
            return [parse(item) for item in manager.pages(path, api_version, query)]

    def has_state(self, storage_account: str, container: str, layers: Sequence[str]) -> bool:
        """Return whether a shared state has any resources."""
        try:
            with StateBlobs(self.account, storage_account, container) as blobs:
                return any((blobs.read_state(layer) or {}).get("resources") for layer in layers)
        except MatchaError as error:
            raise Unverified(error.message, error.hint or "") from error

    def keep(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Ask something once for all who want it."""
        with self._lock:
            once = self._kept.setdefault(key, Once(ask))
        return cast("T", once())

    def each(self, ask: Callable[[Item], T], items: Sequence[Item]) -> list[T]:
        """Ask about several things side by side; their answers are in the same order."""
        if not items:
            return []
        with ThreadPoolExecutor(min(len(items), _MOST_AT_ONCE)) as executor:
            return list(executor.map(ask, items))

    @contextmanager
    def _asking(self, path: str) -> Iterator[ResourceManager]:
        try:
            with self.manager() as manager:
                yield manager
        except MatchaError as error:
            raise Unverified(error.message, error.hint or "") from error
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # What is read is taken as Azure documents it.
            shape = explain_shape(path, "its answer has another shape")
            raise Unverified(shape.message, shape.hint or "") from error
