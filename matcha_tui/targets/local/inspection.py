"""What is found of the services on this machine: their health, repairs, leftovers."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from matcha_tui.health_state import HealthState
from matcha_tui.project.workspace import Workspace
from matcha_tui.services.deviations import find_deviations
from matcha_tui.services.environment import is_installed
from matcha_tui.services.health import check_services
from matcha_tui.services.layout import flavor_folder, flavor_folders
from matcha_tui.services.storage import describe_leftovers, find_lasting, size_in_words
from matcha_tui.stack.flavor import DEFINITION
from matcha_tui.system.processes import measure_trees
from matcha_tui.targets.base import ComponentHealth, StackSpec
from matcha_tui.targets.composition import composed_flavors
from matcha_tui.targets.drift import Deviation

_LAYER = "services"
_SUPERVISOR = "module.supervisor.terraform_data.supervisor"


def find_health(workspace: Workspace) -> tuple[ComponentHealth, ...]:
    """Ask every service how it is."""
    checked = check_services(workspace.services)
    measured = measure_trees([found.pid for found in checked if found.pid])
    health = []
    for found in checked:
        memory, cpu = measured.get(found.pid or 0, (None, None))
        address = _address(found.url)
        health.append(
            ComponentHealth(
                found.flavor, found.state, found.detail, address, found.up_seconds, memory, cpu
            )
        )
    return tuple(health)


def find_repairs(workspace: Workspace, modules: Mapping[str, str]) -> tuple[str, ...]:
    """Return the resources that stand for what is down."""
    found = {item.flavor: item for item in check_services(workspace.services)}
    folders = {folder.flavor: folder for folder in flavor_folders(workspace.services)}
    lonely = any(item.pid and not item.supervised for item in found.values())
    addresses = [_SUPERVISOR] if lonely else []
    for module_type, flavor in modules.items():
        health = found.get(flavor)
        if health is None or not (health.state.is_well or health.state is HealthState.STARTING):
            is_server = health is None or health.url is not None
            resource = "service" if is_server else "storage"
            addresses.append(f"module.{module_type}.module.{resource}.terraform_data.{resource}")
        if health and health.url is not None and not is_installed(folders[flavor]):
            addresses.append(f"module.{module_type}.module.service.terraform_data.environment")
    return tuple(dict.fromkeys([*addresses, *_edited(workspace, modules)]))


def _edited(workspace: Workspace, modules: Mapping[str, str]) -> list[str]:
    """Return the resources whose files somebody has changed, though their service may be well."""
    return [
        f"module.{flavor.module_type}.module.{found.part}.terraform_data.{found.part}"
        for flavor in composed_flavors(workspace.layer(_LAYER), modules)
        for found in find_deviations(
            flavor_folder(workspace.services, flavor.name), flavor.folder / DEFINITION
        )
        if found.part in ("service", "storage")
    ]


def list_deviations(spec: StackSpec) -> tuple[Deviation, ...]:
    """Return what of each service is not as it was deployed."""
    return tuple(
        Deviation(found.flavor, found.text, found.who, is_put_right=bool(found.part))
        for flavor in spec.flavors
        for found in find_deviations(
            flavor_folder(spec.workspace.services, flavor.name), flavor.folder / DEFINITION
        )
    )


def find_leftovers(workspace: Workspace) -> tuple[str, ...]:
    """Return what each flavor has on disk, one line each."""
    return tuple(
        f"{item.data.parent.relative_to(workspace.project)}:"
        f" {size_in_words(item.data_bytes)} of data"
        for item in describe_leftovers(workspace.services)
    )


def describe_lasting(workspace: Workspace) -> tuple[str, ...]:
    """Return what each flavor keeps outside of the project, one line each."""
    found = filter(None, map(find_lasting, flavor_folders(workspace.services)))
    return tuple(f"{item.data}: {size_in_words(item.data_bytes)} of data" for item in found)


def _address(url: str | None) -> str:
    """Return where a service answers, without the path that its health is asked at."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
