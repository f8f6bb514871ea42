"""How a run of a project begins: created with what is to be known of it, and started."""

import os
from collections.abc import Callable
from pathlib import Path

from matcha_tui.data_choice import DataChoice
from matcha_tui.deployed import read_decision
from matcha_tui.project.history import RunKind, last_duration
from matcha_tui.project.lock import record_owner
from matcha_tui.project.workspace import find_plugin_cache
from matcha_tui.selection import Project
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.registry import TARGETS
from matcha_tui.targets.steps import Work
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.folder import Run, Step, create_run
from matcha_tui.terraform.launch import start_run
from matcha_tui.terraform.old_runs import prune_runs


def create_for(
    project: Project, kind: RunKind, work: Work, steps: Callable[[Path], list[Step]]
) -> Run:
    """Create a run of a project, and remove what is too old of the others."""
    workspace = project.workspace
    details = {
        "stack": project.stack.name,
        "target": work.target.name,
        "found": "a deployment" if read_decision(project).is_deployed else "nothing",
    }
    run = create_run(
        workspace.runs,
        kind=kind,
        engine=work.engine.label,
        steps=steps,
        expected_seconds=last_duration(workspace, kind, details) or _guessed_seconds(project, kind),
        details=details,
    )
    prune_runs(run)
    return run


def start_locked(
    target: str,
    run: Run,
    spec: StackSpec,
    lock: int,
    data: DataChoice = DataChoice.KEEP,  # a repair replaces resources: only a destroy deletes data
) -> Run:
    """Start a run that holds the project's lock until it has ended."""
    environment = run_environment(
        os.environ,
        find_plugin_cache(os.environ),
        TARGETS[target].environment(spec, data),
    )
    record_owner(lock, run.kind, start_run(run, environment=environment, keep_open=(lock,)))
    return run


def _guessed_seconds(project: Project, kind: RunKind) -> float | None:
    """Return what the catalog says of a first provision."""
    return project.first_seconds if kind == RunKind.PROVISION else None
