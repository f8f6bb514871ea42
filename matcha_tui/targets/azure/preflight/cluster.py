"""The cluster: whether an earlier provision has made it, and it runs; which version it gets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Fix, FixableError, Passed, Unverified

_PROVIDER = "providers/Microsoft.ContainerService"
_SUPPORTED_AT_A_TIME = 3  # learn.microsoft.com/azure/aks/supported-kubernetes-versions


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster."""

    machines: Mapping[str, int]  # how many machines it has now, by their size in small letters
    is_stopped: bool  # whether it is stopped, or on its way there


@dataclass(frozen=True, slots=True)
class KubernetesVersion:
    """A minor version of Kubernetes that a region offers."""

    name: str  # `1.35`
    patches: tuple[str, ...]  # its patch versions
    is_default: bool  # whether the region takes it where none is asked for
    is_usual: bool  # whether it is for everybody, and not a preview or for long-term support


def find_cluster(context: CheckContext) -> Cluster | None:
    """Look for the stack's cluster; asked once for all checks."""
    settings = context.settings
    path = f"{settings.group_path}/{_PROVIDER}/managedClusters/{settings.names.cluster}"
    return context.once("cluster", lambda: context.reader.find(_parse_cluster, path))


def check_power(context: CheckContext) -> str:
    """See that nobody has stopped the cluster."""
    cluster = find_cluster(context)
    if cluster is None:
        return "there is no cluster yet"
    if not cluster.is_stopped:
        return "the cluster runs"
    raise FixableError(
        "the cluster is stopped, and Terraform cannot ask it",
        hint="Start it: matcha start",
        fix=Fix("Start the cluster", lambda: _start(context)),
    )


def check_version(context: CheckContext) -> str | Passed:
    """See that the region offers the version of Kubernetes that was asked for."""
    asked, location = context.settings.kubernetes_version, context.settings.location
    if find_cluster(context) is not None:
        return "the cluster is there, and gets its patches by itself"
    path = f"{context.subscription}/{_PROVIDER}/locations/{location}/kubernetesVersions"
    found = context.reader.get(_parse_versions, path)
    usual = [version for version in found if version.is_usual]
    default = next((version.name for version in found if version.is_default), "")
    if not asked:
        if not default:
            raise Unverified(
                f"{location} names no default version of Kubernetes",
                "Choose one: matcha provision --set kubernetes_version=VERSION",
            )
        return f"{default}, the default of {location}"
    chosen = next((item for item in usual if asked in (item.name, *item.patches)), None)
    if chosen is None:
        known = ", ".join(version.name for version in usual)
        proposal = default or (usual[-1].name if usual else "")
        raise MatchaError(
            f"{location} does not offer Kubernetes {asked}, but {known or 'none'}",
            hint=f"Take one of them: matcha provision --set kubernetes_version={proposal}",
        )
    if chosen == usual[0] and len(usual) >= _SUPPORTED_AT_A_TIME:
        return Passed(
            f"{asked}, the oldest that {location} still offers",
            "Its support ends next: a newer one spares you an upgrade soon.",
        )
    return f"{asked}, which {location} offers"


def _start(context: CheckContext) -> str:
    # Late: Azure's libraries take a second to import.
    from matcha_tui.targets.azure.power import find_machines, start_machines

    machines = find_machines(context.settings, context.things)
    start_machines(context.account, machines, lambda _line: None)
    return "The cluster runs."


def _parse_cluster(item: Mapping[str, Any]) -> Cluster:
    machines: Counter[str] = Counter()
    for pool in item["properties"].get("agentPoolProfiles") or ():
        machines[str(pool["vmSize"]).casefold()] += int(pool.get("count") or 0)
    power = item["properties"].get("powerState") or {}
    return Cluster(machines, power.get("code") == "Stopped")


def _parse_versions(answer: Mapping[str, Any]) -> list[KubernetesVersion]:
    """Return the versions of an answer, the oldest first."""
    found = [_parse_version(item) for item in answer["values"]]
    return sorted(found, key=lambda item: [int(part) for part in item.name.split(".")])


def _parse_version(item: Mapping[str, Any]) -> KubernetesVersion:
    plans = (item.get("capabilities") or {}).get("supportPlan") or ["KubernetesOfficial"]
    return KubernetesVersion(
        str(item["version"]),
        tuple(item.get("patchVersions") or ()),
        is_default=bool(item.get("isDefault")),
        is_usual=not item.get("isPreview") and "KubernetesOfficial" in plans,
    )
