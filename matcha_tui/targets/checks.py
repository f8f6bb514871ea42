"""How a check before a provision comes to one of its three answers."""

from collections.abc import Callable
from dataclasses import dataclass

from matcha_tui.errors import MatchaError
from matcha_tui.targets.base import Finding, Intent, Remedy, Verdict


class Unverified(Exception):  # noqa: N818 - it is an answer, not an error
    """A check that can say neither yes nor no.

    Attributes:
        reason: Why, without a full stop.
        hint: What would help; may be empty.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class CurableError(MatchaError):
    """A check that failed, and what can be done about it at once.

    Attributes:
        remedy: Does it.
    """

    def __init__(self, message: str, *, hint: str, remedy: Remedy) -> None:
        super().__init__(message, hint=hint)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Passed:
    """A check that passed, with some advice all the same.

    Attributes:
        text: What was found.
        hint: The advice.
    """

    text: str
    hint: str


def look(name: str, find: Callable[[], str | Passed]) -> Finding:
    """Make one check.

    Args:
        name: What is checked.
        find: Returns what was found, without a full stop; raises `MatchaError` if that
            is not as it has to be, and `Unverified` if it cannot be said.
    """
    try:
        found = find()
    except Unverified as answer:
        return Finding(name, Verdict.UNVERIFIED, answer.reason, answer.hint)
    except MatchaError as error:
        remedy = error.remedy if isinstance(error, CurableError) else None
        return Finding(name, Verdict.FAILED, error.message, error.hint or "", remedy)
    if isinstance(found, Passed):
        return Finding(name, Verdict.PASSED, found.text, found.hint)
    return Finding(name, Verdict.PASSED, found)


def check_engine(intent: Intent) -> str:
    """Say which engine does the work.

    Raises:
        MatchaError: If there is none.
    """
    from matcha_tui.terraform.engine import find_engine  # it costs a quick check its quickness

    return find_engine(intent.engine).label
