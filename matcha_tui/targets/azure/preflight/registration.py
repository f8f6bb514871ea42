"""Whether the subscription has ever been told that it may use what the stack has."""

import time
from functools import partial
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Fix, FixableError

if TYPE_CHECKING:
    from matcha_tui.targets.azure.preflight.reader import Reader

_VERSION = "2025-04-01"
_REGISTERED = "Registered"
_NAMESPACES = (
    # a resource provider, and what of a stack needs it
    ("Microsoft.Compute", "cluster"),
    ("Microsoft.ContainerRegistry", "cluster"),
    ("Microsoft.ContainerService", "cluster"),
    ("Microsoft.ManagedIdentity", "cluster"),
    ("Microsoft.Network", "cluster"),
    ("Microsoft.DBforMySQL", "database"),
    ("Microsoft.Storage", "storage"),
    ("Microsoft.Consumption", "budget"),
)


def check_registration(context: CheckContext) -> str:
    """See that every resource provider that the stack needs is registered."""
    reader = context.reader
    needed = [name for name, thing in _NAMESPACES if thing in context.requirements.things]
    states = reader.each(partial(_state, reader), needed)
    missing = [name for name, state in zip(needed, states, strict=True) if state != _REGISTERED]
    if not missing:
        return f"{len(needed)} resource providers are registered"
    names = ", ".join(missing)
    commands = "; ".join(f"az provider register --wait --namespace {name}" for name in missing)
    raise FixableError(
        f"the subscription is not registered for {names}",
        hint=f"Run: {commands}",
        fix=Fix(f"Register {names}", partial(_register, reader, missing)),
    )


def _path(reader: "Reader", namespace: str) -> str:
    return f"{reader.subscription}/providers/{namespace}"


def _state(reader: "Reader", namespace: str) -> str:
    return reader.get(
        lambda provider: str(provider["registrationState"]), _path(reader, namespace), _VERSION
    )


def _register(reader: "Reader", namespaces: list[str]) -> str:
    """Register, and wait until that is done, which takes a minute or two."""
    timeouts = reader.account.cloud.timeouts
    deadline = time.monotonic() + timeouts.creation
    with reader.manager() as manager:
        for namespace in namespaces:
            manager.post(f"{_path(reader, namespace)}/register", _VERSION)
        for namespace in namespaces:
            while True:
                found = manager.get(_path(reader, namespace), _VERSION)
                if found.get("registrationState") == _REGISTERED:
                    break
                if time.monotonic() > deadline:
                    raise MatchaError(
                        f"{namespace} was not registered within {timeouts.creation:g} seconds",
                        hint="Azure goes on with it: check again later.",
                    )
                time.sleep(timeouts.poll)
    return f"Registered: {', '.join(namespaces)}."
