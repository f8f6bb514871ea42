"""What a finished plan says to whoever reviews it."""

import json
import os

from matcha_tui.deployed import read_decision
from matcha_tui.errors import MatchaError
from matcha_tui.project.record import LayerState
from matcha_tui.project.workspace import find_plugin_cache
from matcha_tui.selection import Project
from matcha_tui.targets.steps import PLAN, plan_file
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.planned import PlannedResource, find_planned, show_plan
from matcha_tui.terraform.progress import RunProgress


def describe_previews(project: Project, planned: RunProgress) -> str:
    """Return which layers a plan only previews, for want of what the layers before will give.

    Those are planned again during the provision. Terraform plans a layer for good only
    when all layers before it are whole and stay as they are.

    Args:
        project: Whose plan.
        planned: Where the finished plan run stands.

    Returns:
        One sentence; empty when everything is done just as it was planned.
    """
    states, changed = read_decision(project).layers, {layer for layer, _ in planned.resources}
    layers = project.target.layers
    waits = [layer in changed or states.get(layer) is not LayerState.WHOLE for layer in layers]
    if not any(waits[:-1]):
        return ""
    first = waits.index(True)
    later = layers[first + 1 :]
    are = "is a preview" if len(later) == 1 else "are previews"
    again = f"{' and '.join(later)} {are}, planned again once {layers[first]} is built"
    if project.target.replaces_freely:
        return f"{again}."
    return f"{again}; what you have not seen here is not destroyed."


def read_planned(run: Run, engine: Engine) -> tuple[PlannedResource, ...]:
    """Return what a finished plan would do, attribute by attribute.

    Args:
        run: The plan run.
        engine: What made it.

    Raises:
        MatchaError: If the engine cannot read a plan any more.
    """
    environment = run_environment(os.environ, find_plugin_cache(os.environ), {})
    found: list[PlannedResource] = []
    for step in run.steps:
        path = plan_file(run.directory, step.layer)
        if step.name != PLAN or not path.exists():
            continue
        shown = show_plan(engine.command, path, directory=step.directory, environment=environment)
        if shown.returncode != 0:
            raise MatchaError(
                f"the plan of {step.layer} cannot be read", hint="Press r, or run `matcha plan`."
            )
        found += find_planned(step.layer, json.loads(shown.stdout))
    return tuple(found)
