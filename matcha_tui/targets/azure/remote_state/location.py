"""Where the shared state of a stack is kept, without asking anybody."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.names import STATE_CONTAINER
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.values import check_settings

STATE_KEYS = ("resource_group", "account", "container")
"""What ``matcha.toml`` says of it."""

VARIABLE = "MATCHA_STATE"
"""The environment variable that tells `remote_state.steps` what to make, as JSON."""


@dataclass(frozen=True, slots=True)
class StateStorage:
    """Where the states of a stack's layers are kept."""

    subscription_id: str  # the subscription of the storage account
    tenant_id: str  # the subscription's tenant; empty for the one of whoever signs in
    resource_group: str  # the group that holds nothing else
    account: str  # the storage account's name
    container: str = STATE_CONTAINER  # the blob container's name

    @property
    def group_path(self) -> str:
        """The ID of the resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    @property
    def account_path(self) -> str:
        """The ID of the storage account."""
        return f"{self.group_path}/providers/Microsoft.Storage/storageAccounts/{self.account}"

    @property
    def container_path(self) -> str:
        """The ID of the blob container."""
        return f"{self.account_path}/blobServices/default/containers/{self.container}"

    def backend(self, layer: str) -> Mapping[str, str | bool]:
        """Return what Terraform's ``azurerm`` backend block holds for a layer.

        Credentials are not in it: `auth.environment.terraform_environment` gives them.
        """
        tenant = {"tenant_id": self.tenant_id} if self.tenant_id else {}
        return {
            "subscription_id": self.subscription_id,
            **tenant,
            "resource_group_name": self.resource_group,
            "storage_account_name": self.account,
            "container_name": self.container,
            "key": f"{layer}.tfstate",
            "use_azuread_auth": True,
        }


def find_storage(settings: AzureSettings, location: Mapping[str, str]) -> StateStorage | None:
    """Return where a project's state is kept; ``None`` while it is only in its folder."""
    if not location or not settings.shares_state:
        return None
    try:
        return StateStorage(
            subscription_id=settings.subscription_id,
            tenant_id=settings.tenant_id,
            **{name: location[name] for name in STATE_KEYS},
        )
    except KeyError as error:
        raise MatchaError(
            f"matcha.toml: [state] has no {error.args[0]!r}",
            hint="Take that part of the file from a colleague, or from its history in git.",
            exit_code=ExitCode.FAILED,
        ) from error


def choose_location(settings: AzureSettings) -> Mapping[str, str]:
    """Return where the state is to be kept; empty when it stays in the project's folder."""
    if not settings.shares_state:
        return {}
    check_settings(settings)  # names that were made of too little would be written down for good
    names = settings.names
    place = (names.state_group, names.state_account, STATE_CONTAINER)
    return dict(zip(STATE_KEYS, place, strict=True))


def prepare_environment(settings: AzureSettings, location: Mapping[str, str]) -> Mapping[str, str]:
    """Return what `remote_state.steps` needs to find in its environment."""
    if not location or not settings.shares_state:
        return {}
    desired = {
        "subscription_id": settings.subscription_id,
        "tenant_id": settings.tenant_id,
        "location": settings.location,
        "tags": settings.all_tags,
    }
    return {VARIABLE: json.dumps({**desired, **location})}
