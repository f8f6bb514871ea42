"""Why a run failed, in words for whoever looks at it."""

from dataclasses import dataclass

from matcha_tui.terraform.explain import Explanation, explain, explain_diagnostic
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


def find_failure(progress: RunProgress) -> Failure:
    """Return why a run failed.

    Args:
        progress: Of a run that failed.
    """
    reason = progress.first_error or f"it ended with exit code {progress.exit_code}"
    errors = progress.errors
    return Failure(reason, explain_diagnostic(errors[0]) if errors else explain(reason))
