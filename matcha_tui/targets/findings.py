"""A check before a provision: what it asks, and how it comes to one of its three answers."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from matcha_tui.errors import MatchaError


class Verdict(StrEnum):
    """What a check before a provision came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNVERIFIED = "could not verify"


@dataclass(frozen=True, slots=True)
class Fix:
    """What can be done at once about a check that failed.

    Attributes:
        label: What it does, as an offer: ``Register Microsoft.Storage``.
        act: Does it, which may take minutes; returns one sentence that says what was
            done, or raises `MatchaError`.
    """

    label: str
    act: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check before a provision found.

    Attributes:
        name: What was checked.
        verdict: What it came to.
        text: What was found, without a full stop.
        hint: What to do about it; one that passed may have some advice, too.
        fix: What can be done about it here and now, if anything.
    """

    name: str
    verdict: Verdict
    text: str
    hint: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be true before a provision.

    Attributes:
        name: What is checked, in a word or two; no other check of the target has it.
        run: Runs the check, and returns a finding whatever happens; may take a while, and may
            be called on any thread, and again.
        is_quick: Whether it takes no time and no network.
        is_required: Whether every provision asks it, too, and not only ``doctor``.
        depends_on_region: Whether the answer differs by region, so that it is asked of
            each one that a user looks at.
    """

    name: str
    run: Callable[[], Finding]
    is_quick: bool = False
    is_required: bool = True
    depends_on_region: bool = False


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


class FixableError(MatchaError):
    """A check that failed, and what can be done about it at once.

    Attributes:
        fix: Does it.
    """

    def __init__(self, message: str, *, hint: str, fix: Fix) -> None:
        super().__init__(message, hint=hint)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Passed:
    """A check that passed, with some advice all the same.

    Attributes:
        text: What was found.
        hint: The advice.
    """

    text: str
    hint: str


def run_check(name: str, find: Callable[[], str | Passed]) -> Finding:
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
        fix = error.fix if isinstance(error, FixableError) else None
        return Finding(name, Verdict.FAILED, error.message, error.hint or "", fix)
    if isinstance(found, Passed):
        return Finding(name, Verdict.PASSED, found.text, found.hint)
    return Finding(name, Verdict.PASSED, found)


def check_engine(engine: str | None) -> str:
    """Return which engine does the work.

    Args:
        engine: The one that was asked for; ``None`` for the first there is.

    Raises:
        MatchaError: If there is none.
    """
    from matcha_tui.terraform.engine import find_engine  # it costs a quick check its quickness

    return find_engine(engine).label
