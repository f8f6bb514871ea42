"""Asks before something is done, or says why it cannot ask."""

import sys

from matcha_tui.errors import ExitCode, MatchaError


def check_answers(command: str, yes: bool, form: str, detach: bool) -> None:
    """Refuse options that leave no room for a question, unless it is answered already."""
    if not yes and (detach or form == "json"):
        option = "--detach" if detach else "--output json"
        raise usage_error(
            f"`matcha {command} {option}` leaves no room for a question",
            f"Run `matcha {command} {option} --yes`.",
        )


def need_terminal(command: str) -> None:
    """Refuse to ask where nobody can answer."""
    if not sys.stdin.isatty():
        raise usage_error(
            f"`matcha {command}` asks before it begins, and there is no terminal to ask on",
            f"Run `matcha {command} --yes`.",
        )


def usage_error(message: str, hint: str) -> MatchaError:
    """Make the refusal of a command line."""
    return MatchaError(message, hint=hint, exit_code=ExitCode.USAGE)
