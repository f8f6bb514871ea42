"""Comparing what is deployed with what is there now."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from matcha_tui.deployed import deployed_spec, deployed_target, require_deployment
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.new_run import create_for, start_locked
from matcha_tui.project.history import RunKind
from matcha_tui.project.lock import hold_lock
from matcha_tui.selection import Project
from matcha_tui.targets.drift import Deviation, read_deviations
from matcha_tui.targets.steps import Work, drift_steps
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.folder import Run


def find_deviations(project: Project) -> tuple[Deviation, ...]:
    """Return what the target sees by itself to be other than was deployed; takes no network.

    Raises:
        MatchaError: If nothing is deployed.
    """
    require_deployment(project)
    return deployed_target(project).deviations(deployed_spec(project))


def start_drift(project: Project, choose_engine: Callable[[], Engine]) -> Run | None:
    """Start a run in which Terraform compares; nothing that is deployed changes.

    Args:
        project: Whose deployment.
        choose_engine: Called for what runs it, unless nothing has to run.

    Returns:
        The started run, to be followed to its end; ``None`` where `find_deviations` sees all
        that there is to see.

    Raises:
        MatchaError: If nothing is deployed, or the project is locked.
    """
    record, target = require_deployment(project), deployed_target(project)
    if not target.refreshes:
        return None
    require_own_folder(project.workspace)
    with hold_lock(project.workspace, RunKind.DRIFT) as lock:
        work = Work(project.workspace, choose_engine(), target, is_shared=bool(record.backend))
        layers = [layer for layer in target.layers if layer in record.layers]
        run = create_for(project, RunKind.DRIFT, work, lambda run: drift_steps(work, run, layers))
        return start_locked(target.name, run, deployed_spec(project), lock)


def read_drift(project: Project, run: Run) -> tuple[Deviation, ...]:
    """Return what a run of `start_drift` has found, with who has changed it where that is known."""
    target, spec = deployed_target(project), deployed_spec(project)
    found = [item for layer in target.layers for item in read_deviations(run.directory, layer)]
    ids = [item.resource_id for item in found if item.resource_id]
    known = target.find_changers(spec, ids) if ids else {}
    return tuple(replace(item, who=known.get(item.resource_id, "")) for item in found)


def format_deviations(found: Sequence[Deviation]) -> list[str]:
    """Return a line for each, and what to do about them all."""
    lines = [f"{item.where}: {item.text}{f' ({item.who})' if item.who else ''}" for item in found]
    if any(item.is_put_right for item in found):
        lines.append("`matcha provision` puts it right.")
    return lines
