"""Whether the resource group is free, or the stack's own."""

from collections.abc import Mapping
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Unverified

_VERSION = "2024-03-01"
_OTHER_PREFIX = "Choose another prefix: matcha provision --prefix NAME"


def check_group(context: CheckContext) -> str:
    """See that nobody else has the resource group."""
    requirements, reader = context.requirements, context.reader
    name = requirements.names.resource_group
    found = reader.find(_parse, requirements.group_path, _VERSION)
    if "cluster" in requirements.things:
        _check_node_group(context)
    if found is None:
        return f"{name} is free"
    state, tags = found
    if state == "Deleting":
        raise MatchaError(
            f"the resource group {name} is being deleted",
            hint="Wait until it is gone, which may take ten minutes, then try again.",
        )
    is_ours = (
        tags.get("created-by") == "matcha-tui" and tags.get("matcha-prefix") == requirements.prefix
    )
    if requirements.is_deployed or (is_ours and context.is_deployed):
        return f"{name} is this stack's own"
    if not is_ours:
        raise MatchaError(
            f"there is a resource group {name} already, and matcha did not make it",
            hint=_OTHER_PREFIX,
        )
    things = reader.list_all(
        lambda item: item["id"], f"{requirements.group_path}/resources", _VERSION
    )
    raise Unverified(
        f"the resource group {name} is there with {len(things)} resources of an earlier"
        " provision, and the state of this project knows none of them",
        "After an interrupted provision, run it again, then once more with --import, which"
        " imports what exists. Otherwise choose another prefix.",
    )


def _check_node_group(context: CheckContext) -> None:
    """Refuse the name of the group that Azure itself makes for the machines."""
    requirements = context.requirements
    path = f"/subscriptions/{requirements.subscription_id}/resourceGroups/{requirements.node_group}"
    if context.reader.find(_parse, path, _VERSION) and find_cluster(context) is None:
        raise MatchaError(
            f"there is a resource group {requirements.node_group} already, which Azure has to make"
            " for the cluster's machines",
            hint=f"Delete it if nobody needs it. {_OTHER_PREFIX}",
        )


def _parse(item: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    _ = item["id"]  # what has none is no group
    state = str((item.get("properties") or {}).get("provisioningState") or "")
    return state, dict(item.get("tags") or {})
