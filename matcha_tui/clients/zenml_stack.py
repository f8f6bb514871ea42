"""The ZenML stack that stands for a deployed one: its components and their secrets; pure.

Flavors and the names of their settings are those of ZenML 0.98.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from matcha_tui.project.state import Resources

_NO_TOKEN = "none"  # ZenML asks for one with every tracking URL, and a local server for none
_ARTIFACTS_SECRET = "matcha_artifact_store"
_TRACKER_SECRET = "matcha_experiment_tracker"

ZenMLComponent = tuple[str, dict[str, str]]
"""A flavor and its settings, in which a secret is named and never spelled out."""


@dataclass(frozen=True, slots=True)
class ZenMLStack:
    """What is to be registered.

    Attributes:
        components: ZenML's type of component to what it is.
        secrets: Name to the keys and values of each of ZenML's own secrets.
        needs_integrations: Whether nothing is registered before the client has all
            that the components need; otherwise ZenML says so when a pipeline runs.
    """

    components: dict[str, ZenMLComponent]
    secrets: dict[str, dict[str, str]]
    needs_integrations: bool

    def as_json(self) -> dict[str, object]:
        """Return it as the script that registers it reads it."""
        return asdict(self)

    def secret_values(self) -> list[str]:
        """Return what no message may hold."""
        pairs = [pair for values in self.secrets.values() for pair in values.items()]
        return [value for key, value in pairs if key != "username"]


def describe_stack(resources: Resources) -> ZenMLStack:
    """Return the ZenML stack of a deployed one."""
    secrets: dict[str, dict[str, str]] = {}
    components = _where_it_runs(resources)
    components["artifact_store"] = _artifact_store(resources["pipeline"], secrets)
    if tracker := resources.get("experiment-tracker"):
        components["experiment_tracker"] = _tracker(tracker, secrets)
    if "model-deployer" in resources:
        # Its model deployers need Kubernetes or a server of their own: none talks to MLServer.
        components["deployer"] = ("local", {})
    return ZenMLStack(components, secrets, needs_integrations="image_builder" in components)


def _where_it_runs(resources: Resources) -> dict[str, ZenMLComponent]:
    context = resources.get("orchestrator", {}).get("k8s-context")
    registry = resources.get("container-registry", {}).get("registry-url")
    if context is None or registry is None:
        return {"orchestrator": ("local", {})}
    return {
        "orchestrator": ("kubernetes", {"kubernetes_context": context}),
        "container_registry": ("azure", {"uri": registry}),
        "image_builder": ("local", {}),
    }


def _artifact_store(
    server: Mapping[str, str], secrets: dict[str, dict[str, str]]
) -> ZenMLComponent:
    path = server["storage-path"]
    if "connection-string" not in server:
        return ("local", {"path": path})
    secrets[_ARTIFACTS_SECRET] = {"connection_string": server["connection-string"]}
    return ("azure", {"path": path, "authentication_secret": _ARTIFACTS_SECRET})


def _tracker(tracker: Mapping[str, str], secrets: dict[str, dict[str, str]]) -> ZenMLComponent:
    address = {"tracking_uri": tracker["tracking-url"]}
    if "tracking-password" not in tracker:
        return ("mlflow", {**address, "tracking_token": _NO_TOKEN})
    secrets[_TRACKER_SECRET] = {
        "username": tracker["tracking-username"],
        "password": tracker["tracking-password"],
    }
    references = {
        f"tracking_{key}": f"{{{{{_TRACKER_SECRET}.{key}}}}}" for key in secrets[_TRACKER_SECRET]
    }
    return ("mlflow", {**address, **references})
