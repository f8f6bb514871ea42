"""Who is going to build the stack, in which tenant and subscription."""

from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Unverified

if TYPE_CHECKING:
    from matcha_tui.targets.azure.auth.account import Account

_REFUSALS = (401, 404)


def check_identity(context: CheckContext) -> str:
    """Sign in, and see the subscription with that sign-in."""
    try:
        account = context.account()
        who = f"{account.name} ({account.source}), tenant {_tenant(account)}"
        if not context.requirements.subscription_id:
            return f"{who}; no subscription is set"
        from matcha_tui.targets.azure.arm.subscriptions import find_subscription

        found = find_subscription(account, context.requirements.subscription_id)
    except MatchaError as error:
        if _is_refusal(error):
            raise
        raise Unverified(error.message, error.hint or "") from error
    return f"{who}, subscription {found.name or found.subscription_id}"


def _tenant(account: "Account") -> str:
    """Return the tenant's name, if Azure tells it to this account."""
    from matcha_tui.targets.azure.arm.subscriptions import list_tenants

    try:
        tenants = list_tenants(account)
    except MatchaError:
        return account.tenant_id
    found = next((item for item in tenants if item.tenant_id == account.tenant_id), None)
    name = found and (found.name or found.domain)
    return name or account.tenant_id


def _is_refusal(error: MatchaError) -> bool:
    """Return whether Azure has answered, and the answer is no."""
    from matcha_tui.targets.azure.cloud.failures import AzureRequestError

    if not isinstance(error, AzureRequestError):
        return True
    is_sign_in = error.code == "sign-in" or error.code.startswith("AADSTS")
    return is_sign_in or error.status in _REFUSALS
