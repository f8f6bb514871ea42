"""The local target, put together."""

import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from matcha_tui.project.workspace import Workspace
from matcha_tui.services.definition import read_definition
from matcha_tui.services.health import HealthState, check_services
from matcha_tui.services.layout import flavor_folder
from matcha_tui.services.storage import describe_leftovers
from matcha_tui.services.supervisor import find_supervisor
from matcha_tui.stack.flavor import DEFINITION, Flavor
from matcha_tui.targets.base import ComponentHealth, ComponentState, Target
from matcha_tui.targets.local.values import resolve_values

_LAYER = "services"
_SUPERVISOR = "module.supervisor.terraform_data.supervisor"
_MEGABYTE = 1_000_000


def _context(workspace: Workspace) -> Mapping[str, str]:
    return {"services_directory": str(workspace.services)}


def _environment(workspace: Workspace, keep_data: bool) -> Mapping[str, str]:
    environment = {
        "MATCHA_PYTHON": sys.executable,
        "MATCHA_SERVICES": str(workspace.services),
    }
    return environment | ({"MATCHA_KEEP_DATA": "1"} if keep_data else {})


def _health(workspace: Workspace) -> tuple[ComponentHealth, ...]:
    return tuple(
        ComponentHealth(
            found.flavor, ComponentState(found.state), found.detail, _address(found.url)
        )
        for found in check_services(workspace.services)
    )


def _address(url: str | None) -> str:
    """Return where a service answers, without the path that its health is asked at."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _repairs(workspace: Workspace, modules: Mapping[str, str]) -> tuple[str, ...]:
    found = {item.flavor: item for item in check_services(workspace.services)}
    addresses = [] if find_supervisor(workspace.services) else [_SUPERVISOR]
    for module_type, flavor in modules.items():
        health = found.get(flavor)
        if health is None or health.state not in (HealthState.HEALTHY, HealthState.STARTING):
            is_server = health is None or health.url is not None
            resource = "service" if is_server else "storage"
            addresses.append(f"module.{module_type}.module.{resource}.terraform_data.{resource}")
    return tuple(addresses)


def _check(flavor: Flavor) -> None:
    flavor_folder(flavor.folder, flavor.name)
    read_definition(flavor.folder / DEFINITION)


def _parts(flavor: Flavor) -> Mapping[str, str]:
    is_server = read_definition(flavor.folder / DEFINITION).server is not None
    return {"storage": "storage"} | ({"service": "service"} if is_server else {})


def _leftovers(workspace: Workspace) -> tuple[str, ...]:
    return tuple(
        f"{item.data.parent.relative_to(workspace.project)}: {_size(item.data_bytes)} of data"
        + (" and its environment" if item.environment else "")
        for item in describe_leftovers(workspace.services)
    )


def _size(size: int) -> str:
    """Return a size in bytes as people say it."""
    return f"{size / _MEGABYTE:,.1f} MB" if size >= _MEGABYTE / 10 else f"{size / 1000:,.0f} kB"


LOCAL = Target(
    name="local",
    title="This machine",
    description="Real servers on 127.0.0.1: no account, no Docker, nothing to pay.",
    settings=(),
    layers=(_LAYER,),
    base_modules={_LAYER: {"supervisor": "supervisor"}},
    resolve=resolve_values,
    context=_context,
    environment=_environment,
    cloud=lambda _workspace: {"location": "local"},
    health=_health,
    repairs=_repairs,
    sweep=(sys.executable, "-P", "-m", "matcha_tui.services", "sweep"),
    check=_check,
    parts=_parts,
    leftovers=_leftovers,
)
