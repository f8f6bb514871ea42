"""Asks Azure on behalf of checks: whatever keeps it from answering is "could not verify"."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, ResourceManager
from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.cloud.connection import Timeouts
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from matcha_tui.targets.azure.cloud.failures import explain_shape
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.findings import Unverified

T = TypeVar("T")
Query = Mapping[str, str]

CHECK_TIMEOUTS = Timeouts(
    connect=5.0, read=30.0, command=45, retries=2, backoff=0.5, longest_pause=15.0
)
"""How long a check waits: less than a provision, since what it cannot learn stops nobody."""


def sign_in_for_checks(tenant_id: str) -> Account:
    """Sign in, with less patience than a provision has."""
    return sign_in(find_cloud(timeouts=CHECK_TIMEOUTS), tenant_id=tenant_id)


class Reader:
    """Reads what an account sees, on any thread; `parse` may trust that it is as documented."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def get(self, parse: Callable[[Json], T], path: str, query: Query | None = None) -> T:
        """Read one object."""
        with _explained(path), ResourceManager(self._account) as manager:
            return parse(manager.get(path, query))

    def find(self, parse: Callable[[Json], T], path: str) -> T | None:
        """Read one object, or return ``None`` if there is none."""
        with _explained(path), ResourceManager(self._account) as manager:
            found = manager.find(path)
            return None if found is None else parse(found)

    def post(self, parse: Callable[[Json], T], path: str, body: Json) -> T:
        """Ask something that takes a body."""
        with _explained(path), ResourceManager(self._account) as manager:
            return parse(manager.post(path, body))

    def list_all(
        self, parse: Callable[[Json], T], path: str, query: Query | None = None
    ) -> list[T]:
        """Read a list over all of its pages; `parse` takes each object."""
        with _explained(path), ResourceManager(self._account) as manager:
            return [parse(item) for item in manager.pages(path, query)]

    def has_state(self, storage_account: str, container: str, layers: Sequence[str]) -> bool:
        """Return whether a shared state has any resources."""
        with (
            _explained(storage_account),
            StateBlobs(self._account, storage_account, container) as blobs,
        ):
            return any((blobs.read_state(layer) or {}).get("resources") for layer in layers)


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        shape = explain_shape(path, "its answer has another shape")
        raise Unverified(shape.message, shape.hint or "") from error
    except MatchaError as error:
        raise Unverified(error.message, error.hint or "") from error
