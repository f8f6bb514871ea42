"""The cluster that an earlier provision has made, if there is one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.targets.azure.preflight.subject import Subject

_VERSION = "2024-09-01"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster.

    Attributes:
        machines: How many machines it has now, by their size in small letters.
    """

    machines: Mapping[str, int]


def find_cluster(subject: Subject) -> Cluster | None:
    """Look for the stack's cluster; asked once for all checks.

    Raises:
        Unverified: If Azure does not tell.
    """
    wanted, reader = subject.wanted, subject.reader
    kind = "Microsoft.ContainerService/managedClusters"
    path = f"{wanted.group_path}/providers/{kind}/{wanted.names.cluster}"
    return reader.keep("cluster", lambda: reader.find(_parse, path, _VERSION))


def _parse(item: Mapping[str, Any]) -> Cluster:
    machines: Counter[str] = Counter()
    for pool in item["properties"].get("agentPoolProfiles") or ():
        machines[str(pool["vmSize"]).casefold()] += int(pool.get("count") or 0)
    return Cluster(machines)
