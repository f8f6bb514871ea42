"""What an account can see of Azure: tenants and subscriptions."""

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.failures import explain_shape
from matcha_tui.targets.identity_part import Subscription, Tenant

_TENANT_KEYS = ("tenantId", "displayName", "defaultDomain")
_USABLE_STATES = ("Enabled", "Warned", "PastDue")


def list_tenants(account: Account) -> tuple[Tenant, ...]:
    """List the tenants that the account can sign in to."""
    with ResourceManager(account) as manager:
        return tuple(
            Tenant(*(str(item.get(key) or "") for key in _TENANT_KEYS))
            for item in manager.pages("/tenants")
        )


def list_subscriptions(account: Account) -> tuple[Subscription, ...]:
    """List the subscriptions of the account's tenant, usable ones first, by name."""
    with ResourceManager(account) as manager:
        found = [_read(item, account) for item in manager.pages("/subscriptions")]
    if not found:
        raise MatchaError(
            f"{account.name} sees no subscription in the tenant {account.tenant_id}",
            hint="Run `az login --tenant TENANT` for another tenant, or ask for a role on a"
            " subscription.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    return tuple(sorted(found, key=lambda item: (not item.is_usable, item.name.casefold())))


def find_subscription(account: Account, subscription_id: str) -> Subscription:
    """Look a subscription up, with a real request in its name."""
    path = f"/subscriptions/{subscription_id}"
    with ResourceManager(account) as manager:
        item = manager.get(path)
    if not item.get("state"):
        raise explain_shape(f"GET {path}", "its answer has another shape")
    found = _read(item, account, subscription_id)
    if not found.is_usable:
        raise MatchaError(
            f"the subscription {found.name} is {found.state.lower()}",
            hint="Reactivate it in the Azure portal (usually a matter of payment), or use another.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    return found


def _read(item: Json, account: Account, subscription_id: str = "") -> Subscription:
    state = str(item.get("state") or "")
    return Subscription(
        str(item.get("subscriptionId") or subscription_id),
        str(item.get("displayName") or ""),
        state,
        account.tenant_id,
        is_usable=state in _USABLE_STATES,
    )
