"""What happened in a project before: its runs, newest first."""

from matcha_tui.project.workspace import Workspace
from matcha_tui.terraform.event_kinds import RunState
from matcha_tui.terraform.folder import list_runs, read_result

_RUNS_LOOKED_AT = 20


def last_duration(workspace: Workspace, kind: str, stack_name: str) -> float | None:
    """Return how long the last successful run of a kind took, in seconds.

    Args:
        workspace: The project's paths.
        kind: ``provision``, ``destroy`` or ``plan``.
        stack_name: Only runs of this stack count.

    Returns:
        The duration, or ``None`` when there was no such run.
    """
    for run in list_runs(workspace.runs)[:_RUNS_LOOKED_AT]:
        if run.kind != kind or run.details.get("stack") != stack_name:
            continue
        result = read_result(run)
        if result is not None and result.state is RunState.DONE:
            return (result.finished - run.created).total_seconds()
    return None
