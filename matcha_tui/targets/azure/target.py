"""The azure target, put together."""

import os
import sys
from collections.abc import Mapping, Sequence

from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.targets.azure.cluster import read_kubeconfig
from matcha_tui.targets.azure.definition import parse_azure_definition
from matcha_tui.targets.azure.place import choose_place, prepare_environment
from matcha_tui.targets.azure.root import FOUNDATION, PLATFORM, make_root
from matcha_tui.targets.azure.settings import AZURE_SETTINGS, FIXED_SETTINGS, read_azure_settings
from matcha_tui.targets.azure.state_place import STATE_KEYS
from matcha_tui.targets.base import (
    Check,
    ComponentHealth,
    Intent,
    ModuleValues,
    SharedState,
    StateLock,
    Target,
)

_FOUNDATION_SECONDS = 720  # most of it the cluster and the database
_PROGRAM = (sys.executable, "-P", "-m")

# Azure's libraries take a second to import, HTTP a tenth of one: what needs them is
# imported when it is called.


def _resolve(intent: Intent) -> ModuleValues:
    from matcha_tui.targets.azure.values import resolve_values

    return resolve_values(intent)


def _keep_password(workspace: Workspace, flavors: Sequence[Flavor], password: str) -> None:
    from matcha_tui.targets.azure.values import keep_password

    keep_password(workspace, flavors, password)


def _environment(intent: Intent, keep_data: bool) -> Mapping[str, str]:
    from matcha_tui.targets.azure.terraform_identity import environment_of

    settings = read_azure_settings(intent.config.settings)
    return {
        **environment_of(os.environ, settings.subscription_id, settings.tenant_id),
        **prepare_environment(settings, intent.config.state),
    }


def _fetch(intent: Intent) -> None:
    from matcha_tui.targets.azure.shared_state import fetch_state

    fetch_state(intent)


def _find_lock(intent: Intent, layer: str) -> StateLock | None:
    from matcha_tui.targets.azure.shared_state import find_lock

    return find_lock(intent, layer)


def _free_lock(intent: Intent, layer: str, lock_id: str) -> None:
    from matcha_tui.targets.azure.shared_state import free_lock

    free_lock(intent, layer, lock_id)


def _checks(intent: Intent) -> tuple[Check, ...]:
    from matcha_tui.targets.azure.preflight.table import list_checks

    return list_checks(intent)


def _health(intent: Intent) -> tuple[ComponentHealth, ...]:
    from matcha_tui.targets.azure.health import find_health

    return find_health(intent)


def _check(flavor: Flavor) -> None:
    parse_azure_definition(flavor.definition)


def _leftovers(intent: Intent) -> tuple[str, ...]:
    names = read_azure_settings(intent.config.settings).names
    lines = [f"the resource group {names.resource_group} with all data in it"]
    if intent.config.state:
        lines.append(f"(the resource group {names.state_group} stays: Terraform's state is in it)")
    return tuple(lines)


AZURE = Target(
    name="azure",
    title="Azure",
    description="Kubernetes (AKS) in your own subscription, for a team, with TLS and a password.",
    settings=AZURE_SETTINGS,
    fixed_settings=FIXED_SETTINGS,
    layers=(FOUNDATION, PLATFORM),
    seconds=_FOUNDATION_SECONDS,
    keeps_data=False,
    resolve=_resolve,
    keep_password=_keep_password,
    root=make_root,
    environment=_environment,
    state=SharedState(
        place=choose_place,
        keys=STATE_KEYS,
        prepare=(*_PROGRAM, "matcha_tui.targets.azure.prepare_state"),
        fetch=_fetch,
        find_lock=_find_lock,
        free_lock=_free_lock,
    ),
    checks=_checks,
    health=_health,
    repairs=lambda _workspace, _modules: (),
    clearing={PLATFORM: (*_PROGRAM, "matcha_tui.targets.azure.releases")},
    remedies={PLATFORM: (*_PROGRAM, "matcha_tui.targets.azure.abandon")},
    sweep=(),
    check=_check,
    parts=lambda _flavor: {},
    kubeconfig=read_kubeconfig,
    leftovers=_leftovers,
)
