"""What an account can see of Azure: tenants and subscriptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.core.exceptions import AzureError
from azure.mgmt.subscription import SubscriptionClient

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.arm.resource_manager import ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.cloud.connection import BoundedRetry
from matcha_tui.targets.azure.cloud.failures import explain_error, explain_shape
from matcha_tui.targets.identity_part import Subscription, Tenant

_TENANT_KEYS = ("tenantId", "displayName", "defaultDomain")
_USABLE_STATES = ("Enabled", "Warned", "PastDue")


def list_tenants(account: Account) -> tuple[Tenant, ...]:
    """List the tenants that the account can sign in to.

    They are read without azure-mgmt-subscription, whose API version has no names.
    """
    with ResourceManager(account) as manager:
        return tuple(
            Tenant(*(str(item.get(key) or "") for key in _TENANT_KEYS))
            for item in manager.pages("/tenants")
        )


def list_subscriptions(account: Account) -> tuple[Subscription, ...]:
    """List the subscriptions of the account's tenant, usable ones first, by name."""
    with _client(account, "GET /subscriptions") as client:
        found = [_read(item, account) for item in client.subscriptions.list()]
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
    request = f"GET /subscriptions/{subscription_id}"
    with _client(account, request) as client:
        item = client.subscriptions.get(subscription_id)
        if not item.state:
            raise explain_shape(request, "its answer has another shape")
        found = _read(item, account, subscription_id)
    if not found.is_usable:
        raise MatchaError(
            f"the subscription {found.name} is {found.state.lower()}",
            hint="Reactivate it in the Azure portal (usually a matter of payment), or use another.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    return found


def _read(item: Any, account: Account, subscription_id: str = "") -> Subscription:
    state = str(getattr(item.state, "value", item.state) or "")
    return Subscription(
        item.subscription_id or subscription_id,
        item.display_name or "",
        state,
        account.tenant_id,
        is_usable=state in _USABLE_STATES,
    )


@contextmanager
def _client(account: Account, request: str) -> Iterator[SubscriptionClient]:
    cloud = account.cloud
    options = dict(cloud.options)
    try:
        with SubscriptionClient(
            account.credential,
            base_url=cloud.resource_manager,
            credential_scopes=[cloud.scope],
            retry_policy=BoundedRetry(**options),
            **options,
        ) as client:
            yield client
    except (AzureError, OSError) as error:
        raise explain_error(error, f"{request} at {cloud.resource_manager}") from error
    except (AttributeError, TypeError, ValueError) as error:  # its models trust any answer
        raise explain_shape(request, "its answer has another shape") from error
