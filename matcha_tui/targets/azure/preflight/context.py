"""What the checks of one run share: what the stack takes of Azure, and what Azure has said."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.definition import collect_needs, parse_azure_definition
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM, STATE_CONTAINER
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import Unverified

if TYPE_CHECKING:
    from matcha_tui.targets.azure.auth.account import Account
    from matcha_tui.targets.azure.preflight.reader import Reader

T = TypeVar("T")
Item = TypeVar("Item")

_SURGE = 1  # as in the foundation's upgrade_settings
_LOADING = threading.Lock()
_MOST_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Pool:
    """Some of the cluster's machines, all of one size."""

    size_setting: str  # which setting names the size: `node_size`
    count_setting: str  # which setting says how many there are at most
    size: str  # the size: `Standard_D4s_v5`
    most: int  # how many machines there may be
    is_system: bool  # whether the cluster's own programs run on them

    @property
    def key(self) -> str:
        """The size's name as lists of sizes have it."""
        return self.size.casefold()

    @property
    def with_surge(self) -> int:
        """How many machines there may be while they are upgraded."""
        return self.most + _SURGE


class CheckContext:
    """What one run of the checks shares, on any thread; Azure is asked when it is first needed.

    Attributes:
        spec: What is built.
        settings: Its settings.
        storage_accounts: The names of its storage accounts; the last is the state's,
            where the state is shared.
        things: What it has: of ``cluster``, ``database``, ``gateway``, ``storage``,
            ``budget`` and ``roles``.
        pools: Its machines.
    """

    def __init__(
        self, spec: StackSpec, settings: AzureSettings, sign_in: "Callable[[], Account]"
    ) -> None:
        self.spec, self.settings = spec, settings
        self._sign_in = sign_in
        self._kept: dict[Hashable, tuple[threading.Lock, Future[Any]]] = {}
        self._lock = threading.Lock()
        parts = [parse_azure_definition(flavor.definition) for flavor in spec.flavors]
        names = settings.names
        accounts = [names.storage + part.storage for part in parts if part.storage]
        if settings.shares_state:
            accounts.append(spec.config.state.get("account", names.state_account))
        self.storage_accounts = tuple(accounts)
        needs = collect_needs(spec.flavors)
        present = {
            # The gateway and the database serve what runs in the cluster: either brings it.
            "cluster": bool(needs),
            "storage": bool(accounts),
            "budget": bool(settings.budget),
            "roles": bool(needs) or settings.shares_state,
        }
        self.things = frozenset({*needs, *(name for name, there in present.items() if there)})
        self.pools = _list_pools(settings) if needs else ()

    @property
    def subscription(self) -> str:
        """The ID of the subscription."""
        return f"/subscriptions/{self.settings.subscription_id}"

    @property
    def account(self) -> "Account":
        """Who builds it."""
        return self.once("account", self._sign_in)

    @property
    def reader(self) -> "Reader":
        """What asks Azure."""
        return self.once("reader", self._open)

    @property
    def is_deployed(self) -> bool:
        """Whether there is a deployment, of this folder or of a colleague."""
        if self.spec.is_deployed or not self.settings.shares_state:
            return self.spec.is_deployed
        account, layers = self.storage_accounts[-1], (FOUNDATION, PLATFORM)
        return self.once("state", lambda: self.reader.has_state(account, STATE_CONTAINER, layers))

    def once(self, key: Hashable, ask: Callable[[], T]) -> T:
        """Ask something once for all who want it; a failure is kept as well."""
        with self._lock:
            lock, outcome = self._kept.setdefault(key, (threading.Lock(), Future()))
        with lock:
            if not outcome.done():
                try:
                    outcome.set_result(ask())
                except (MatchaError, Unverified) as error:
                    outcome.set_exception(error)
        return cast("T", outcome.result())

    def _open(self) -> "Reader":
        try:
            account = self.account
        except MatchaError as error:
            raise Unverified(
                "Azure was not asked, because the sign-in failed", "First do what `identity` says."
            ) from error
        load_libraries()
        from matcha_tui.targets.azure.preflight.reader import Reader

        return Reader(account)


def load_libraries() -> None:
    """Import Azure's libraries: late, as they take a second; one at a time, as two may deadlock."""
    with _LOADING:
        import matcha_tui.targets.azure.arm.subscriptions
        import matcha_tui.targets.azure.preflight.reader  # noqa: F401


def each(ask: Callable[[Item], T], items: Sequence[Item]) -> list[T]:
    """Ask about several things side by side; their answers are in the same order."""
    with ThreadPoolExecutor(_MOST_AT_ONCE) as executor:
        return list(executor.map(ask, items))


def _list_pools(settings: AzureSettings) -> tuple[Pool, ...]:
    size, most = settings.gpu_node_size, settings.gpu_node_maximum
    own = Pool("node_size", "node_maximum", settings.node_size, settings.node_maximum, True)
    gpu = Pool("gpu_node_size", "gpu_node_maximum", size, most, is_system=False)
    return (own, gpu) if size else (own,)
