"""Who builds on Azure, and in which subscription: signing in, and looking around."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.selection import Project
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.service_principal import Source
from matcha_tui.targets.azure.settings import read_azure_settings

if TYPE_CHECKING:  # Azure's libraries take a second to import
    from matcha_tui.targets.azure.account import Account
    from matcha_tui.targets.azure.device_code import Prompt
    from matcha_tui.targets.azure.subscriptions import Location, Subscription, Tenant


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in, and what they can see.

    Attributes:
        account: Who, and how.
        tenants: The tenants that they can sign in to; empty if Azure doesn't tell.
        subscriptions: Those of the account's tenant, usable ones first.
        problem: Why there are no subscriptions; ``None`` when there are.
    """

    account: "Account"
    tenants: "tuple[Tenant, ...]"
    subscriptions: "tuple[Subscription, ...]"
    problem: MatchaError | None = None

    @property
    def builds(self) -> bool:
        """Whether Terraform can act as this account: not after a sign-in of this process alone."""
        return self.account.source is not Source.DEVICE_CODE

    @property
    def tenant_name(self) -> str:
        """What the account's tenant is called; its ID where it has no name."""
        tenant_id = self.account.tenant_id
        named = (tenant.name for tenant in self.tenants if tenant.tenant_id == tenant_id)
        return next(named, "") or tenant_id


def sign_in(tenant_id: str = "") -> SignedIn:
    """Sign in with what is there, and look around.

    Args:
        tenant_id: For which tenant; empty for the one that the sign-in prefers.

    Raises:
        MatchaError: If nobody is signed in, or the sign-in is refused.
    """
    from matcha_tui.targets.azure import account
    from matcha_tui.targets.azure.cloud import find_cloud

    return _look_around(account.sign_in(find_cloud(), tenant_id=tenant_id))


def sign_in_with_code(
    prompt: "Prompt", *, tenant_id: str = "", is_cancelled: Callable[[], bool]
) -> SignedIn:
    """Sign in on another device, and look around.

    Args:
        prompt: Called once, from any thread, with the page's address, the code and its end.
        tenant_id: For which tenant; empty for the account's own.
        is_cancelled: Asked every few seconds.

    Raises:
        MatchaError: If it is refused, cancelled, or the code expires.
    """
    from matcha_tui.targets.azure.cloud import find_cloud
    from matcha_tui.targets.azure.device_code import sign_in_with_device_code

    account = sign_in_with_device_code(
        find_cloud(), prompt, tenant_id=tenant_id, is_cancelled=is_cancelled
    )
    return _look_around(account)


def list_locations(signed_in: SignedIn, subscription_id: str) -> "tuple[Location, ...]":
    """List the regions that a subscription may use.

    Raises:
        MatchaError: If they cannot be had.
    """
    from matcha_tui.targets.azure import subscriptions

    return subscriptions.list_locations(signed_in.account, subscription_id)


def survey_regions(
    signed_in: SignedIn, project: Project
) -> Callable[[Sequence[str]], dict[str, bool | None]]:
    """Make the question where a project's machines can be had.

    Args:
        signed_in: Who asks.
        project: What would be built; its setting ``subscription_id`` counts.

    Returns:
        Takes regions, waits for Azure, and returns what it says of each; it keeps
        what it has asked once, and may be called again and again.
    """
    from matcha_tui.targets.azure.preflight.reader import Reader
    from matcha_tui.targets.azure.preflight.regions import fits_by_region
    from matcha_tui.targets.azure.preflight.wanted import list_pools

    settings = read_azure_settings(project.config.settings)
    reader = Reader(signed_in.account, settings.subscription_id)
    has_cluster = "cluster" in collect_needs(project.flavors)
    pools = list_pools(settings) if has_cluster else ()

    def ask(names: Sequence[str]) -> dict[str, bool | None]:
        return {name: fit.suffices for name, fit in fits_by_region(reader, pools, names).items()}

    return ask


def _look_around(account: "Account") -> SignedIn:
    from matcha_tui.targets.azure.subscriptions import list_subscriptions, list_tenants

    tenants: tuple[Tenant, ...] = ()
    try:
        tenants = list_tenants(account)
        return SignedIn(account, tenants, list_subscriptions(account))
    except MatchaError as error:
        return SignedIn(account, tenants, (), error)
