"""What a stack takes of Azure, as far as the checks want to know it."""

from dataclasses import dataclass

from matcha_tui.targets.azure.definition import collect_needs, parse_azure_definition
from matcha_tui.targets.azure.names import AzureNames
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec

_SURGE = 1  # as in the foundation's upgrade_settings


@dataclass(frozen=True, slots=True)
class Pool:
    """Some of the cluster's machines, all of one size.

    Attributes:
        size_setting: Which setting names the size: ``node_size``.
        count_setting: Which setting says how many there are at most.
        size: The size: ``Standard_D4s_v5``.
        most: How many machines there may be.
        is_system: Whether the cluster's own programs run on them.
    """

    size_setting: str
    count_setting: str
    size: str
    most: int
    is_system: bool

    @property
    def with_surge(self) -> int:
        """How many machines there may be while they are upgraded."""
        return self.most + _SURGE


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a stack takes of Azure.

    Attributes:
        subscription_id: Where it is built; empty while nobody has said.
        location: Its region; empty likewise.
        prefix: What its names begin with.
        kubernetes_version: What was asked for; empty for the region's default.
        names: Its names.
        things: What it has: of ``cluster``, ``database``, ``gateway``, ``storage``,
            ``budget`` and ``roles``.
        storage_accounts: The names of its storage accounts; the last is the state's,
            where the state is shared.
        pools: Its machines.
        shares_state: Whether its state is kept in Azure.
        is_deployed: Whether this folder knows of a deployment.
    """

    subscription_id: str
    location: str
    prefix: str
    kubernetes_version: str
    names: AzureNames
    things: frozenset[str]
    storage_accounts: tuple[str, ...]
    pools: tuple[Pool, ...]
    shares_state: bool
    is_deployed: bool

    @property
    def group_path(self) -> str:
        """The ID of its resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.names.resource_group}"

    @property
    def state_group_path(self) -> str:
        """The ID of the shared state's resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.names.state_group}"

    @property
    def node_group(self) -> str:
        """The resource group that Azure makes for the cluster's machines."""
        return f"{self.prefix}-nodes"


def read_requirements(spec: StackSpec, settings: AzureSettings) -> Requirements:
    """Work out what a stack takes of Azure."""
    names = settings.names
    parts = [parse_azure_definition(flavor.definition) for flavor in spec.flavors]
    accounts = [names.storage + part.storage for part in parts if part.storage]
    if settings.shares_state:
        accounts.append(spec.config.state.get("account", names.state_account))
    needs = collect_needs(spec.flavors)
    # The gateway and the database serve what runs in the cluster: either brings it.
    things = {*needs, *(["cluster"] if needs else []), *(["storage"] if accounts else [])}
    if settings.budget:
        things.add("budget")
    if needs or settings.shares_state:
        things.add("roles")
    return Requirements(
        subscription_id=settings.subscription_id,
        location=settings.location,
        prefix=settings.prefix,
        kubernetes_version=settings.kubernetes_version,
        names=names,
        things=frozenset(things),
        storage_accounts=tuple(accounts),
        pools=list_pools(settings) if needs else (),
        shares_state=settings.shares_state,
        is_deployed=spec.is_deployed,
    )


def list_pools(settings: AzureSettings) -> tuple[Pool, ...]:
    """Return the machines that a cluster may have."""
    own = Pool(
        "node_size", "node_maximum", settings.node_size, settings.node_maximum, is_system=True
    )
    gpu = Pool(
        "gpu_node_size",
        "gpu_node_maximum",
        settings.gpu_node_size,
        settings.gpu_node_maximum,
        is_system=False,
    )
    return (own, gpu) if gpu.size else (own,)
