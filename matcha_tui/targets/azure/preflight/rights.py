"""What the identity may do."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Unverified

_VERSION = "2022-04-01"
_GROUP_VERSION = "2024-03-01"
_STORAGE_VERSION = "2023-05-01"
_ROLES = "Microsoft.Authorization/roleAssignments/write"
_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/write"
_NEEDED = (
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


@dataclass(frozen=True, slots=True)
class Permission:
    """What one role of the identity's allows.

    Attributes:
        actions: What it allows; ``*`` in them stands for anything.
        not_actions: What of that it does not.
    """

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]

    def allows(self, action: str) -> bool:
        """Return whether it allows an action, which Azure writes in any case."""
        return _covers(self.actions, action) and not _covers(self.not_actions, action)


def check_rights(context: CheckContext) -> str:
    """See that the identity may make what the stack has."""
    requirements = context.requirements
    needed = [action for action, thing in _NEEDED if not thing or thing in requirements.things]
    missing = find_missing(needed, _read(context, context.reader.subscription))
    if missing and (group := _find_group(context)):
        # Rights may be given on the group alone, and it is there already.
        of_group = [action for action in missing if action != _GROUPS]
        missing = find_missing(of_group, _read(context, group))
    if missing == (_ROLES,) and _has_been_given(context):
        raise Unverified(
            "you may not give rights to others, which a repair of the stack may have to",
            "If it is refused, have it repaired by an Owner or User Access Administrator.",
        )
    if not missing:
        return "you may make everything that the stack has"
    if missing == (_ROLES,):
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


def find_missing(needed: Iterable[str], permissions: Sequence[Permission]) -> tuple[str, ...]:
    """Return the actions that no permission allows."""
    return tuple(
        action for action in needed if not any(item.allows(action) for item in permissions)
    )


def _covers(patterns: Iterable[str], action: str) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns
    )


def _read(context: CheckContext, scope: str) -> list[Permission]:
    return context.reader.list_all(
        lambda item: Permission(tuple(item["actions"]), tuple(item.get("notActions") or ())),
        f"{scope}/providers/Microsoft.Authorization/permissions",
        _VERSION,
    )


def _find_group(context: CheckContext) -> str | None:
    path = context.requirements.group_path
    return context.reader.find(lambda group: str(group["id"]), path, _GROUP_VERSION)


def _has_been_given(context: CheckContext) -> bool:
    """Return whether somebody has given the rights that the stack needs."""
    requirements = context.requirements
    if "cluster" in requirements.things:
        return find_cluster(context) is not None
    account = f"{requirements.state_group_path}/providers/Microsoft.Storage/storageAccounts"
    path = f"{account}/{requirements.storage_accounts[-1]}"
    return bool(context.reader.find(lambda account: account["id"], path, _STORAGE_VERSION))
