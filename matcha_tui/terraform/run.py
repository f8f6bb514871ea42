"""All that the faces do with a run, in one place.

What only looks at runs, or starts one, imports `folder` and `launch` instead, and
so saves the 60 ms that the rest costs.
"""

from matcha_tui.terraform.cancelling import force_cancel, request_cancel
from matcha_tui.terraform.folder import (
    Run,
    RunResult,
    Step,
    create_run,
    is_live,
    list_runs,
    read_result,
    read_run,
    was_started,
)
from matcha_tui.terraform.following import follow, initial_progress, read_progress
from matcha_tui.terraform.launch import start_run

__all__ = [
    "Run",
    "RunResult",
    "Step",
    "create_run",
    "follow",
    "force_cancel",
    "initial_progress",
    "is_live",
    "list_runs",
    "read_progress",
    "read_result",
    "read_run",
    "request_cancel",
    "start_run",
    "was_started",
]
