"""Terraform's resources, gathered by the component that they belong to."""

from collections.abc import Iterable
from dataclasses import dataclass

from matcha_tui.stack.catalog import MODULE_TYPES
from matcha_tui.terraform.progress import ResourceProgress, ResourceState

_ROOT = "Stack"


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a run.

    Attributes:
        title: Its name on screen.
        resources: What Terraform makes for it.
    """

    title: str
    resources: tuple[ResourceProgress, ...]

    @property
    def state(self) -> ResourceState:
        """Where it stands as a whole."""
        states = {resource.state for resource in self.resources}
        if ResourceState.FAILED in states:
            return ResourceState.FAILED
        if ResourceState.STOPPED in states:
            return ResourceState.STOPPED
        if states == {ResourceState.DONE}:
            return ResourceState.DONE
        if states == {ResourceState.WAITING}:
            return ResourceState.WAITING
        return ResourceState.RUNNING


def gather(resources: Iterable[ResourceProgress]) -> tuple[Component, ...]:
    """Gather resources by component, in the order in which a stack is shown."""
    found: dict[str, list[ResourceProgress]] = {}
    for resource in resources:
        found.setdefault(_module_of(resource.address), []).append(resource)
    slots = list(MODULE_TYPES)
    order = sorted(found, key=lambda name: slots.index(name) if name in slots else -1)
    return tuple(Component(_title(name), tuple(found[name])) for name in order)


def title_of(address: str) -> str:
    """Return the title of the component that a resource belongs to."""
    return _title(_module_of(address))


def short_name(address: str) -> str:
    """Shorten an address to what tells a resource from its neighbours.

    ``module.deployer.module.service.terraform_data.environment`` is ``environment``;
    a type that says something stays, without its provider, and the name that stands for
    the only one of a type goes: ``azurerm_kubernetes_cluster.this[0]`` is
    ``kubernetes_cluster``.
    """
    parts = address.split(".")
    while len(parts) > 2 and parts[0] == "module":
        parts = parts[2:]
    if len(parts) != 2 or parts[0] == "terraform_data":
        return parts[-1] if parts[0] == "terraform_data" else ".".join(parts)
    kind = parts[0].partition("_")[2] or parts[0]
    name = parts[1].removesuffix("[0]")
    return kind if name == "this" else f"{kind}.{name}"


def _title(name: str) -> str:
    return MODULE_TYPES.get(name) or name.replace("_", " ").capitalize() or _ROOT


def _module_of(address: str) -> str:
    first, _, rest = address.partition(".")
    return rest.split(".")[0].split("[")[0] if first == "module" else ""
