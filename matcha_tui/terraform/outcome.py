"""How a run has ended: why it failed, and the error that its caller ends with."""

from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.terraform.diagnostics import explain_diagnostic, summarise
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.explain import Explanation, Explanations, explain
from matcha_tui.terraform.progress import RunProgress


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong first.

    Attributes:
        reason: What was said, in one line.
        explanation: What that means and what to do; ``None`` when the reason is all
            that is known, or says it all.
    """

    reason: str
    explanation: Explanation | None


def find_failure(progress: RunProgress, explanations: Explanations | None) -> Failure:
    """Return why a run failed."""
    reason = progress.first_error or f"it ended with exit code {progress.exit_code}"
    errors = progress.errors
    if errors:
        return Failure(reason, explain_diagnostic(errors[0], explanations))
    return Failure(reason, explain(reason, explanations))


def check_outcome(progress: RunProgress, what: str, explanations: Explanations | None) -> None:
    """Raise unless a run was successful."""
    if progress.state is RunState.DONE:
        return
    if progress.state is RunState.CANCELLED:
        raise MatchaError(
            f"{what} was cancelled; what was finished is kept",
            hint="Run it again to go on from there, or `matcha destroy` to take it down.",
            exit_code=ExitCode.CANCELLED,
        )
    if progress.state is RunState.LOST:
        raise MatchaError(
            f"{what} ended without a record of how",
            hint="Run it again: it goes on from what is there.",
        )
    failure = find_failure(progress, explanations)
    # Terraform ends with 1: it is a step of our own that refuses to go on.
    is_refused = progress.exit_code == ExitCode.REFUSED
    exit_code = ExitCode.REFUSED if is_refused else ExitCode.FAILED
    if failure.explanation is None:
        raise MatchaError(f"{what} failed: {failure.reason}", exit_code=exit_code)
    raise MatchaError(
        f"{what} failed. {failure.explanation.meaning} It said: {failure.reason}",
        hint=failure.explanation.next_step,
        exit_code=exit_code,
    )


def format_unconfirmed(progress: RunProgress) -> tuple[str, ...]:
    """Return what a run that was successful warned of, a line each."""
    return tuple(dict.fromkeys(summarise(warning) for warning in progress.warnings))
