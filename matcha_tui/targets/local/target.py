"""The local target, put together."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.targets.base import Check, ComponentHealth, Intent, ModuleValues, Root, Target

_LAYER = "services"


def _root(intent: Intent, layer: str) -> Root:
    return Root(
        context={"services_directory": str(intent.workspace.services)},
        modules={"supervisor": {"source": "./modules/supervisor"}},
        resources={"cloud": {"location": "local"}},
    )


def _environment(intent: Intent, keep_data: bool) -> Mapping[str, str]:
    environment = {
        "MATCHA_PYTHON": sys.executable,
        "MATCHA_SERVICES": str(intent.workspace.services),
    }
    return environment | ({"MATCHA_KEEP_DATA": "1"} if keep_data else {})


# psutil, sockets and HTTP cost a command that only chooses a stack half of its time:
# what needs them is imported when it is called.


def _resolve(intent: Intent) -> ModuleValues:
    from matcha_tui.targets.local.values import resolve_values

    return resolve_values(intent.workspace, intent.flavors, intent.config)


def _keep_password(workspace: Workspace, flavors: Sequence[Flavor], password: str) -> None:
    from matcha_tui.targets.local.values import keep_password

    keep_password(workspace, flavors, password)


def _checks(intent: Intent) -> tuple[Check, ...]:
    from matcha_tui.targets.local.preflight import list_checks

    return list_checks(intent)


def _health(intent: Intent) -> tuple[ComponentHealth, ...]:
    from matcha_tui.targets.local.inspection import find_health

    return find_health(intent.workspace)


def _repairs(workspace: Workspace, modules: Mapping[str, str]) -> tuple[str, ...]:
    from matcha_tui.targets.local.inspection import find_repairs

    return find_repairs(workspace, modules)


def _check(flavor: Flavor) -> None:
    from matcha_tui.services.definition import LOCK, parse_definition
    from matcha_tui.services.layout import flavor_folder

    flavor_folder(flavor.folder, flavor.name)
    definition = parse_definition(flavor.definition)
    if definition.server is not None and definition.lock:
        from matcha_tui.services.package_lock import check_lock  # it takes longer than the rest

        check_lock(flavor.folder / LOCK, definition.server.packages)


def _parts(flavor: Flavor) -> Mapping[str, str]:
    from matcha_tui.services.definition import parse_definition

    is_server = parse_definition(flavor.definition).server is not None
    return {"storage": "storage"} | ({"service": "service"} if is_server else {})


def _advise(flavor: Flavor) -> tuple[str, ...]:
    from matcha_tui.services.definition import LOCK, parse_definition

    definition = parse_definition(flavor.definition)
    if definition.server is None or definition.lock or not definition.server.packages:
        return ()
    return (
        f"there is no {LOCK}: what its packages need may be another version tomorrow."
        f" Make it: matcha module lock {flavor.folder}",
    )


def _leftovers(intent: Intent) -> tuple[str, ...]:
    from matcha_tui.targets.local.inspection import find_leftovers

    return find_leftovers(intent.workspace)


def _component_log(workspace: Workspace, flavor: str) -> Path:
    from matcha_tui.services.layout import flavor_folder

    return flavor_folder(workspace.services, flavor).log


LOCAL = Target(
    name="local",
    title="This machine",
    description="Real servers on 127.0.0.1: no account, no Docker, nothing to pay.",
    settings=(),
    fixed_settings=(),
    layers=(_LAYER,),
    seconds=0,
    keeps_data=True,
    resolve=_resolve,
    keep_password=_keep_password,
    root=_root,
    environment=_environment,
    state=None,
    checks=_checks,
    health=_health,
    repairs=_repairs,
    clearing={},
    remedies={},
    sweep=(sys.executable, "-P", "-m", "matcha_tui.services", "sweep"),
    check=_check,
    parts=_parts,
    kubeconfig=lambda _workspace: None,
    leftovers=_leftovers,
    component_log=_component_log,
    advise=_advise,
)
