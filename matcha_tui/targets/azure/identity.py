"""Who builds on Azure, and in which subscription: signing in, and looking around."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.auth.service_principal import SignInMethod
from matcha_tui.targets.azure.definition import collect_needs
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.identity_part import Identity, Prompt, SignedIn, Survey, Tenant

if TYPE_CHECKING:  # Azure's libraries take a second to import
    from matcha_tui.targets.azure.auth.account import Account


class AzureIdentity(Identity):
    """A service principal in the environment, the Azure CLI, or a code."""

    subscription_setting = "subscription_id"
    tenant_setting = "tenant_id"
    help_url = "https://learn.microsoft.com/cli/azure/install-azure-cli"
    subscriptions_url = "https://portal.azure.com/#view/Microsoft_Azure_Billing/SubscriptionsBlade"
    read_only_hint = (
        "Terraform cannot use this sign-in: it is good for choosing and for prices only.",
        "Before you build: install the Azure CLI and run `az login`, then press r.",
    )

    def sign_in(self, tenant_id: str = "") -> SignedIn:
        """Sign in with what is there, and look around."""
        from matcha_tui.targets.azure.auth import account
        from matcha_tui.targets.azure.cloud.endpoints import find_cloud

        return _read_account(account.sign_in(find_cloud(), tenant_id=tenant_id))

    def sign_in_with_code(
        self, prompt: Prompt, *, tenant_id: str = "", is_cancelled: Callable[[], bool]
    ) -> SignedIn:
        """Sign in on another device, and look around."""
        from matcha_tui.targets.azure.auth.device_code import sign_in_with_device_code
        from matcha_tui.targets.azure.cloud.endpoints import find_cloud

        account = sign_in_with_device_code(
            find_cloud(), prompt, tenant_id=tenant_id, is_cancelled=is_cancelled
        )
        return _read_account(account)


def _read_account(account: "Account") -> SignedIn:
    from matcha_tui.targets.azure.arm.subscriptions import list_subscriptions, list_tenants

    found = partial(
        SignedIn,
        account.name,
        account.source.value,
        account.tenant_id,
        builds=account.source is not SignInMethod.DEVICE_CODE,  # which signs in this process alone
        survey=partial(_survey_regions, account),
    )
    tenants: tuple[Tenant, ...] = ()
    try:
        tenants = list_tenants(account)
        return found(tenants=tenants, subscriptions=list_subscriptions(account))
    except MatchaError as error:
        return found(tenants=tenants, problem=error)


def _survey_regions(account: "Account", spec: StackSpec) -> Survey:
    """Make the question where machines can be had; the setting ``subscription_id`` counts."""
    from matcha_tui.targets.azure.preflight.reader import Reader
    from matcha_tui.targets.azure.preflight.regions import fits_by_region
    from matcha_tui.targets.azure.preflight.requirements import list_pools

    settings = AzureSettings.of(spec)
    reader = Reader(account, settings.subscription_id)
    pools = list_pools(settings) if "cluster" in collect_needs(spec.flavors) else ()

    def ask(names: Sequence[str]) -> dict[str, bool | None]:
        return {name: fit.suffices for name, fit in fits_by_region(reader, pools, names).items()}

    return ask
