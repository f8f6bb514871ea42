"""What the user left open on Azure, and what cannot be left open.

Secrets that nobody gives are made by Terraform and kept in its state, which
colleagues share; only a password of the user's own passes through here.
"""

import ipaddress
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.base import ModuleValues, StackSpec
from matcha_tui.targets.stored_values import find_takers, keep, read_stored, takes_password

_NEEDED = {
    "location": "Choose a region: matcha provision --location westeurope.",
    "subscription_id": "Sign in with `az login`, then: matcha provision --set subscription_id=ID "
    "(`az account show --query id` says yours).",
}


def resolve_values(spec: StackSpec, settings: AzureSettings) -> ModuleValues:
    """Give every setting of the chosen flavors its value; Terraform makes an empty secret."""
    check_settings(settings)
    kept = read_stored(_passwords_file(spec.workspace))
    return {
        flavor.module_type: {
            setting.name: kept.get(flavor.module_type, "")
            if takes_password(setting)
            else spec.config.settings.get(f"{flavor.module_type}.{setting.name}", setting.default)
            for setting in flavor.settings
        }
        for flavor in spec.flavors
    }


def check_settings(settings: AzureSettings) -> None:
    """Refuse settings that nothing can be built with."""
    for name, hint in _NEEDED.items():
        if not getattr(settings, name):
            raise MatchaError(f"{name} is not set", hint=hint, exit_code=ExitCode.USAGE)
    for item in settings.allowed_ranges:
        try:
            ipaddress.ip_network(item)
        except ValueError as error:
            raise MatchaError(
                f"allowed_ranges has {item!r}, which is no range of addresses: {error}",
                hint="Write it as 203.0.113.0/24, or 203.0.113.7/32 for one address.",
                exit_code=ExitCode.USAGE,
            ) from error
    low, high = settings.node_minimum, settings.node_maximum
    if low > high:
        raise MatchaError(
            f"node_minimum is {low}, which is more than node_maximum, {high}",
            hint=f"Raise it: matcha provision --set node_maximum={low}.",
            exit_code=ExitCode.USAGE,
        )
    if settings.budget and not settings.budget_email:
        raise MatchaError(
            "budget is set, and budget_email is not: nobody would be notified",
            hint="Say whom: matcha provision --set budget_email=YOU@EXAMPLE.COM.",
            exit_code=ExitCode.USAGE,
        )


def set_password(spec: StackSpec, password: str) -> None:
    """Take a password of the user's instead of having one made."""
    takers = {flavor.module_type: chosen for flavor, chosen in find_takers(spec.flavors, password)}
    file = _passwords_file(spec.workspace)
    if spec.is_deployed and read_stored(file) != takers:
        raise MatchaError(
            "what is deployed has a password already, which it was given when it was built",
            hint="Leave out --password-stdin, or run `matcha destroy --yes` first.",
            exit_code=ExitCode.REFUSED,
        )
    keep(file, takers)


def _passwords_file(workspace: Workspace) -> Path:
    return workspace.infrastructure / "passwords.json"
