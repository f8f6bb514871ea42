"""The checks before a stack is built on Azure, in the order in which they are shown."""

from functools import partial

from matcha_tui.targets.azure.values import check_settings
from matcha_tui.targets.base import Check, Intent
from matcha_tui.targets.checks import check_engine, look


def list_checks(intent: Intent) -> tuple[Check, ...]:
    """List what a provision needs.

    Args:
        intent: What is to be built.
    """
    return (
        Check("settings", partial(look, "settings", partial(_settings, intent)), is_quick=True),
        Check("engine", partial(look, "engine", partial(check_engine, intent)), is_required=False),
    )


def _settings(intent: Intent) -> str:
    check_settings(intent)
    return "everything that is needed is set"
