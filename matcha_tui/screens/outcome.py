"""What to say of a run that has ended."""

from matcha_tui.project.history import RunKind
from matcha_tui.terraform.failure import find_failure
from matcha_tui.terraform.outcome import tell_unconfirmed
from matcha_tui.terraform.progress import RunProgress, RunState
from matcha_tui.widgets.banner import News, Tone
from matcha_tui.widgets.duration import in_words

_GOOD: dict[str, tuple[str, str]] = {
    RunKind.PROVISION: ("Your stack is up", "Press enter for its addresses and passwords."),
    RunKind.DESTROY: ("Everything is taken down", "Press enter to go home."),
}


def tell_outcome(kind: str, progress: RunProgress) -> News:
    """Say how a run ended, what that means, and what to do next.

    Args:
        kind: ``plan``, ``provision`` or ``destroy``.
        progress: The run's last progress.
    """
    if progress.state is RunState.DONE:
        headline, line = _GOOD.get(kind, (f"The {kind} is done", "Press enter to go home."))
        warnings = tell_unconfirmed(progress) if kind == RunKind.DESTROY else ()
        tone = Tone.MIXED if warnings else Tone.GOOD
        return News(tone, f"{headline}{_spent(progress)}", (*warnings, line))
    if progress.state is RunState.CANCELLED:
        line = "What was done before is kept. Press r to go on, or q to go home."
        return News(Tone.MIXED, f"The {kind} was cancelled{_spent(progress)}", (line,))
    if progress.state is RunState.LOST:
        return News(
            Tone.BAD,
            f"Nobody knows how the {kind} ended: what ran it was killed",
            ("Press r to run it again; it takes up what is there.",),
        )
    return _failure(kind, progress)


def _failure(kind: str, progress: RunProgress) -> News:
    failure = find_failure(progress)
    lines = []
    if failure.explanation:
        lines = [failure.explanation.meaning, f"Next: {failure.explanation.next_step}"]
    lines.append("Press r to try again; what is done already is kept.")
    return News(Tone.BAD, f"The {kind} failed: {failure.reason}", tuple(lines))


def _spent(progress: RunProgress) -> str:
    if progress.started and progress.finished:
        return f", {in_words((progress.finished - progress.started).total_seconds())}"
    return ""
