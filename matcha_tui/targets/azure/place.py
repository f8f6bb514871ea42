"""Where the shared state is kept, and what its maker has to know."""

import json
from collections.abc import Mapping

from matcha_tui.targets.azure.names import STATE_CONTAINER, derive_names
from matcha_tui.targets.azure.root import make_tags
from matcha_tui.targets.azure.settings import LOCAL, azure_values
from matcha_tui.targets.azure.values import check_settings
from matcha_tui.targets.base import Intent

VARIABLE = "MATCHA_STATE"
"""The environment variable that tells `prepare_state` what to make, as JSON."""


def choose_place(intent: Intent) -> Mapping[str, str]:
    """Return where the state is to be kept; empty when it stays in the project's folder.

    Args:
        intent: What is to be built.

    Raises:
        MatchaError: If a setting is missing that its name depends on.
    """
    values = azure_values(intent.config.settings)
    if values["state"] == LOCAL:
        return {}
    check_settings(intent)  # names that were made of too little would be written down for good
    names = derive_names(str(values["prefix"]), str(values["subscription_id"]))
    return {
        "resource_group": names.state_group,
        "account": names.state_account,
        "container": STATE_CONTAINER,
    }


def prepare_environment(intent: Intent) -> Mapping[str, str]:
    """Return what `prepare_state` needs to find in its environment.

    Args:
        intent: What is to be built; where its state is, once that is settled.
    """
    values = azure_values(intent.config.settings)
    if not intent.config.state or values["state"] == LOCAL:
        return {}
    named = {name: values[name] for name in ("subscription_id", "tenant_id", "location")}
    return {
        VARIABLE: json.dumps({**named, "tags": make_tags(values), **intent.config.state}),
    }
