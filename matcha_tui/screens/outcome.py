"""What to say of a run that has ended."""

from operator import itemgetter

from matcha_tui.project.history import RunKind
from matcha_tui.targets.plan_check import was_refused
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.explain import explain
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.narration import short_address
from matcha_tui.terraform.outcome import find_failure, format_unconfirmed
from matcha_tui.terraform.progress import ResourceState, RunProgress
from matcha_tui.widgets.banner import BannerMessage, Tone
from matcha_tui.widgets.duration import in_words

_REVIEW = "Press v to make a new plan and to see there what it would destroy."
_IMPORT = "Press a to import what exists already, and to go on from there."
_MOST_WARNINGS = 2
_GOOD: dict[str, tuple[str, str]] = {
    RunKind.PROVISION: ("Your stack is up", "Press enter for its addresses and passwords."),
    RunKind.DESTROY: ("Everything is taken down", "Press enter to go home."),
}


def format_outcome(run: Run, progress: RunProgress, *, can_import: bool = False) -> BannerMessage:
    """Return how a run ended, what that means, and what to do next."""
    kind = run.kind
    if progress.state is RunState.DONE:
        headline, line = _GOOD.get(kind, (f"The {kind} is done", "Press enter to go home."))
        told = _warnings(progress)
        tone = Tone.MIXED if told else Tone.GOOD
        return BannerMessage(tone, f"{headline}{_spent(progress)}", (*told, line))
    if progress.state is RunState.CANCELLED:
        line = "What was done before is kept. Press r to go on, or q to go home."
        return BannerMessage(Tone.MIXED, f"The {kind} was cancelled{_spent(progress)}", (line,))
    if progress.state is RunState.LOST:
        return BannerMessage(
            Tone.BAD,
            f"Nobody knows how the {kind} ended: what ran it was killed",
            ("Press r to run it again; it takes up what is there.",),
        )
    return _failure(run, progress, can_import=can_import)


def format_first_error(run: Run, progress: RunProgress) -> BannerMessage | None:
    """Return what went wrong first in a run that goes on, and what that means.

    Terraform says why only at its end; until then what the program printed last has to do.
    """
    explanations = explanations_of(run)
    if progress.first_error is not None:
        failure = find_failure(progress, explanations)
        reason, explanation = failure.reason, failure.explanation
    else:
        failed = [
            (resource.finished, resource)
            for resource in progress.resources.values()
            if resource.state is ResourceState.FAILED and resource.finished
        ]
        if not failed:
            return None
        _, first = min(failed, key=itemgetter(0))
        said = first.last_output.removeprefix("matcha: ")
        reason = f"{short_address(first.address)}: {said or 'failed'}"
        explanation = explain(said, explanations) if said else None
    lines = (explanation.meaning, f"Next: {explanation.next_step}") if explanation else ()
    return BannerMessage(Tone.BAD, f"First error: {reason}", lines)


def _failure(run: Run, progress: RunProgress, *, can_import: bool) -> BannerMessage:
    failure = find_failure(progress, explanations_of(run))
    lines = []
    if failure.explanation:
        lines = [failure.explanation.meaning, f"Next: {failure.explanation.next_step}"]
    if was_refused(progress):
        lines[1:] = [_REVIEW]
    elif can_import:
        lines.insert(0, _IMPORT)
    else:
        lines.append("Press r to try again; what is done already is kept.")
    return BannerMessage(Tone.BAD, f"The {run.kind} failed: {failure.reason}", tuple(lines))


def _warnings(progress: RunProgress) -> tuple[str, ...]:
    """Return what a good end leaves to look after, as far as there is room."""
    told = [f"▲ {line}" for line in format_unconfirmed(progress)]
    if len(told) > _MOST_WARNINGS:
        more = len(told) - _MOST_WARNINGS
        told = [*told[:_MOST_WARNINGS], f"▲ and {more} more, which the log has."]
    return tuple(told)


def _spent(progress: RunProgress) -> str:
    if progress.started and progress.finished:
        return f", {in_words((progress.finished - progress.started).total_seconds())}"
    return ""
