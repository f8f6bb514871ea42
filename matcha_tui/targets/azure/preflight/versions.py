"""Whether the region offers the version of Kubernetes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Passed, Unverified

_VERSION = "2024-09-01"
_SUPPORTED_AT_A_TIME = 3  # learn.microsoft.com/azure/aks/supported-kubernetes-versions


@dataclass(frozen=True, slots=True)
class Kubernetes:
    """A minor version that a region offers.

    Attributes:
        version: ``1.35``.
        patches: Its patch versions.
        is_default: Whether the region takes it where none is asked for.
        is_preview: Whether it is not yet for everybody.
        needs_premium: Whether only clusters with long-term support may still have it.
    """

    version: str
    patches: tuple[str, ...]
    is_default: bool
    is_preview: bool
    needs_premium: bool

    @property
    def order(self) -> tuple[int, ...]:
        """What versions are sorted by."""
        return tuple(int(part) for part in self.version.split("."))


def check_version(context: CheckContext) -> str | Passed:
    """See that the region offers the version of Kubernetes that was asked for."""
    requirements = context.requirements
    asked, location = requirements.kubernetes_version, requirements.location
    if find_cluster(context) is not None:
        return "the cluster is there, and gets its patches by itself"
    found = sorted(_read(context), key=lambda item: item.order)
    usual = [item for item in found if not item.is_preview and not item.needs_premium]
    default = next((item for item in found if item.is_default), None)
    if not asked:
        if default is None:
            raise Unverified(
                f"{location} names no default version of Kubernetes",
                "Choose one: matcha provision --set kubernetes_version=VERSION",
            )
        return f"{default.version}, the default of {location}"
    chosen = next((item for item in usual if asked in (item.version, *item.patches)), None)
    if chosen is None:
        known = ", ".join(item.version for item in usual)
        proposal = default.version if default else usual[-1].version if usual else ""
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


def _read(context: CheckContext) -> tuple[Kubernetes, ...]:
    reader, location = context.reader, context.requirements.location
    kind = f"Microsoft.ContainerService/locations/{location}/kubernetesVersions"
    return reader.get(
        lambda answer: tuple(_parse(item) for item in answer["values"]),
        f"{reader.subscription}/providers/{kind}",
        _VERSION,
    )


def _parse(item: Mapping[str, Any]) -> Kubernetes:
    version = str(item["version"])
    plans = (item.get("capabilities") or {}).get("supportPlan") or ["KubernetesOfficial"]
    if not all(part.isdigit() for part in version.split(".")):
        raise ValueError(version)
    return Kubernetes(
        version,
        tuple(item.get("patchVersions") or ()),
        is_default=bool(item.get("isDefault")),
        is_preview=bool(item.get("isPreview")),
        needs_premium="KubernetesOfficial" not in plans,
    )
