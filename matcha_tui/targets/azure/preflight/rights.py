"""Who is going to build the stack, and what that identity and its subscription may do."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext, each, load_libraries
from matcha_tui.targets.findings import Fix, FixableError, Unverified

_REFUSALS = (401, 404)
_REGISTERED = "Registered"
_ROLES = "Microsoft.Authorization/roleAssignments/write"
_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/write"
_RIGHTS = (
    # what has to be allowed, and what of a stack needs it; "" for every stack
    (_GROUPS, ""),
    ("Microsoft.Network/virtualNetworks/write", "cluster"),
    ("Microsoft.ManagedIdentity/userAssignedIdentities/write", "cluster"),
    ("Microsoft.ContainerService/managedClusters/write", "cluster"),
    ("Microsoft.ContainerRegistry/registries/write", "cluster"),
    ("Microsoft.DBforMySQL/flexibleServers/write", "database"),
    ("Microsoft.Network/publicIPAddresses/write", "gateway"),
    ("Microsoft.Storage/storageAccounts/write", "storage"),
    ("Microsoft.Consumption/budgets/write", "budget"),
    (_ROLES, "roles"),
)
_NAMESPACES = (
    # a resource provider, and what of a stack needs it
    ("Microsoft.Compute", "cluster"),
    ("Microsoft.ContainerRegistry", "cluster"),
    ("Microsoft.ContainerService", "cluster"),
    ("Microsoft.ManagedIdentity", "cluster"),
    ("Microsoft.Network", "cluster"),
    ("Microsoft.DBforMySQL", "database"),
    ("Microsoft.Storage", "storage"),
    ("Microsoft.Consumption", "budget"),
)

# Azure's libraries take a second to import: what needs them is imported when it is called.


@dataclass(frozen=True, slots=True)
class Permission:
    """What one role of the identity's allows."""

    actions: tuple[str, ...]  # what it allows; `*` in them stands for anything
    not_actions: tuple[str, ...]  # what of that it does not

    def allows(self, action: str) -> bool:
        """Return whether it allows an action, which Azure writes in any case."""
        return _covers(self.actions, action) and not _covers(self.not_actions, action)


def check_identity(context: CheckContext) -> str:
    """Sign in, and see the subscription with that sign-in."""
    load_libraries()
    from matcha_tui.targets.azure.arm.subscriptions import find_subscription
    from matcha_tui.targets.azure.cloud.failures import AzureRequestError

    subscription_id = context.settings.subscription_id
    try:
        who = f"{context.account.name} ({context.account.source}), tenant {_tenant(context)}"
        if not subscription_id:
            return f"{who}; no subscription is set"
        found = find_subscription(context.account, subscription_id)
    except AzureRequestError as error:
        is_sign_in = error.code == "sign-in" or error.code.startswith("AADSTS")
        if is_sign_in or error.status in _REFUSALS:  # Azure's answer is no
            raise
        raise Unverified(error.message, error.hint or "") from error
    return f"{who}, subscription {found.name or found.subscription_id}"


def check_rights(context: CheckContext) -> str:
    """See that the identity may make what the stack has."""
    needed = [action for action, thing in _RIGHTS if not thing or thing in context.things]
    missing = _find_missing(needed, context, context.subscription)
    group = context.settings.group_path
    if missing and context.reader.find(lambda item: item["id"], group):
        # Rights may be given on the group alone, and it is there already.
        of_group = [action for action in missing if action != _GROUPS]
        missing = _find_missing(of_group, context, group)
    if not missing:
        return "you may make everything that the stack has"
    if missing == [_ROLES]:
        if _has_been_given(context):
            raise Unverified(
                "you may not give rights to others, which a repair of the stack may have to",
                "If it is refused, have it repaired by an Owner or User Access Administrator.",
            )
        raise MatchaError(
            f"you may not give rights to others: {_ROLES}",
            hint="Ask for Owner, User Access Administrator or Role Based Access Control"
            " Administrator; with Privileged Identity Management, activate it.",
        )
    roles = "Contributor and User Access Administrator" if _ROLES in missing else "Contributor"
    raise MatchaError(
        f"you lack rights: {', '.join(missing)}",
        hint=f"Ask for {roles} on the subscription; with Privileged Identity Management,"
        " activate it. A right just given takes some minutes.",
    )


def check_registration(context: CheckContext) -> str:
    """See that every resource provider that the stack needs is registered."""
    needed = [name for name, thing in _NAMESPACES if thing in context.things]
    states = each(lambda name: _read_registration(context, name), needed)
    missing = [name for name, state in zip(needed, states, strict=True) if state != _REGISTERED]
    if not missing:
        return f"{len(needed)} resource providers are registered"
    names = ", ".join(missing)
    commands = "; ".join(f"az provider register --wait --namespace {name}" for name in missing)
    raise FixableError(
        f"the subscription is not registered for {names}",
        hint=f"Run: {commands}",
        fix=Fix(f"Register {names}", lambda: _register(context, missing)),
    )


def _tenant(context: CheckContext) -> str:
    """Return the tenant's name, if Azure tells it to this account."""
    from matcha_tui.targets.azure.arm.subscriptions import list_tenants

    own = context.account.tenant_id
    try:
        names = {item.tenant_id: item.name or item.domain for item in list_tenants(context.account)}
    except MatchaError:
        return own
    return names.get(own) or own


def _find_missing(needed: Iterable[str], context: CheckContext, scope: str) -> list[str]:
    """Return the actions that no permission allows."""
    given: Sequence[Permission] = context.reader.list_all(
        lambda item: Permission(tuple(item["actions"]), tuple(item.get("notActions") or ())),
        f"{scope}/providers/Microsoft.Authorization/permissions",
    )
    return [action for action in needed if not any(item.allows(action) for item in given)]


def _covers(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns
    )


def _has_been_given(context: CheckContext) -> bool:
    """Return whether somebody has given the rights that the stack needs."""
    if "cluster" in context.things:
        return find_cluster(context) is not None
    accounts = f"{context.settings.state_group_path}/providers/Microsoft.Storage/storageAccounts"
    path = f"{accounts}/{context.storage_accounts[-1]}"
    return bool(context.reader.find(lambda account: account["id"], path))


def _read_registration(context: CheckContext, namespace: str) -> str:
    path = f"{context.subscription}/providers/{namespace}"
    return context.reader.get(lambda provider: str(provider["registrationState"]), path)


def _register(context: CheckContext, namespaces: Sequence[str]) -> str:
    """Register, and wait until that is done, which takes a minute or two."""
    from matcha_tui.targets.azure.arm.resource_manager import ResourceManager

    paths = {name: f"{context.subscription}/providers/{name}" for name in namespaces}
    with ResourceManager(context.account) as manager:
        deadline = time.monotonic() + manager.timeouts.creation
        for path in paths.values():
            manager.post(f"{path}/register")
        for name, path in paths.items():
            while manager.get(path).get("registrationState") != _REGISTERED:
                if time.monotonic() > deadline:
                    raise MatchaError(
                        f"{name} was not registered within {manager.timeouts.creation:g} seconds",
                        hint="Azure goes on with it: check again later.",
                    )
                time.sleep(manager.timeouts.poll)
    return f"Registered: {', '.join(namespaces)}."
