"""What ``matcha status --drift`` compares, with Terraform where that sees more."""

from matcha_tui.commands.following import follow_to_end
from matcha_tui.drift import find_deviations, read_drift, start_drift
from matcha_tui.selection import Project
from matcha_tui.targets.drift import Deviation
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.outcome import check_outcome


def compare_with_reality(project: Project) -> tuple[Deviation, ...]:
    """Return what is not as it was deployed; a run of Terraform is shown on stderr.

    Raises:
        MatchaError: If nothing is deployed, or the run fails.
    """
    found = find_deviations(project)
    run = start_drift(project, find_engine)
    if run is None:
        return found
    check_outcome(follow_to_end(run), "The comparison", explanations_of(run))
    return (*found, *read_drift(project, run))
