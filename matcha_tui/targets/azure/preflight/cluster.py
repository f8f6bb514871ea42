"""The cluster that an earlier provision has made, if there is one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.targets.azure.preflight.context import CheckContext

_VERSION = "2024-09-01"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster.

    Attributes:
        machines: How many machines it has now, by their size in small letters.
        is_stopped: Whether it is stopped, or on its way there.
    """

    machines: Mapping[str, int]
    is_stopped: bool


def find_cluster(context: CheckContext) -> Cluster | None:
    """Look for the stack's cluster; asked once for all checks."""
    requirements, reader = context.requirements, context.reader
    kind = "Microsoft.ContainerService/managedClusters"
    path = f"{requirements.group_path}/providers/{kind}/{requirements.names.cluster}"
    return reader.keep("cluster", lambda: reader.find(_parse, path, _VERSION))


def _parse(item: Mapping[str, Any]) -> Cluster:
    machines: Counter[str] = Counter()
    for pool in item["properties"].get("agentPoolProfiles") or ():
        machines[str(pool["vmSize"]).casefold()] += int(pool.get("count") or 0)
    power = item["properties"].get("powerState") or {}
    return Cluster(machines, power.get("code") == "Stopped")
