"""What has to be true before a stack is built on Azure."""

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.values import check_settings
from matcha_tui.targets.base import Finding, Intent, Verdict


def check_preflight(intent: Intent, quick: bool) -> tuple[Finding, ...]:
    """Check what a provision needs.

    Args:
        intent: What is to be built.
        quick: Whether to ask only what takes no time and no network.

    Returns:
        A finding a check.
    """
    try:
        check_settings(intent)
    except MatchaError as error:
        return (Finding("settings", Verdict.FAILED, error.message, error.hint or ""),)
    return (Finding("settings", Verdict.PASSED, "everything that is needed is set"),)
