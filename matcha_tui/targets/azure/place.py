"""Where the shared state is kept, and what its maker has to know."""

import json
from collections.abc import Mapping

from matcha_tui.targets.azure.names import STATE_CONTAINER
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.values import check_settings

VARIABLE = "MATCHA_STATE"
"""The environment variable that tells `prepare_state` what to make, as JSON."""


def choose_place(settings: AzureSettings) -> Mapping[str, str]:
    """Return where the state is to be kept; empty when it stays in the project's folder.

    Args:
        settings: What is to be built with.

    Raises:
        MatchaError: If a setting is missing that its name depends on.
    """
    if not settings.shares_state:
        return {}
    check_settings(settings)  # names that were made of too little would be written down for good
    return {
        "resource_group": settings.names.state_group,
        "account": settings.names.state_account,
        "container": STATE_CONTAINER,
    }


def prepare_environment(settings: AzureSettings, place: Mapping[str, str]) -> Mapping[str, str]:
    """Return what `prepare_state` needs to find in its environment.

    Args:
        settings: What is to be built with.
        place: Where the state is; empty while that is not settled.
    """
    if not place or not settings.shares_state:
        return {}
    wanted = {
        "subscription_id": settings.subscription_id,
        "tenant_id": settings.tenant_id,
        "location": settings.location,
        "tags": settings.all_tags,
    }
    return {VARIABLE: json.dumps({**wanted, **place})}
