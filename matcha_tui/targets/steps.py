"""The steps of a run, made from a target's layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.base import Target
from matcha_tui.targets.composition import RESOURCES_OUTPUT
from matcha_tui.terraform.command import (
    apply_command,
    init_command,
    output_command,
    plan_command,
)
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.folder import Step


@dataclass(frozen=True, slots=True)
class Work:
    """What the steps of one run are made from.

    Attributes:
        workspace: The project's paths.
        engine: What runs them.
        target: Where it happens.
        repairs: Addresses of resources that are to be made again.
    """

    workspace: Workspace
    engine: Engine
    target: Target
    repairs: tuple[str, ...] = ()


def plan_steps(work: Work, plans: Path) -> list[Step]:
    """Find out what would be done to each layer.

    Args:
        work: What the steps are made from.
        plans: The folder that takes the plan files.
    """
    steps = []
    for layer in work.target.layers:
        planning = plan_command(work.engine, _plan_file(plans, layer), replace=work.repairs)
        steps += [_init_step(work, layer), _step(work, "plan", layer, planning)]
    return steps


def apply_steps(work: Work, plans: Path) -> list[Step]:
    """Do what was planned, and record what the stack gives.

    Args:
        work: What the steps are made from.
        plans: The folder that has the plan files.
    """
    recording = output_command(work.engine, RESOURCES_OUTPUT)
    last = work.target.layers[-1]
    return [
        *(
            _step(work, "apply", layer, apply_command(work.engine, _plan_file(plans, layer)))
            for layer in work.target.layers
        ),
        Step("record", last, recording, work.workspace.layer(last), work.workspace.state_file),
    ]


def destroy_steps(work: Work, plans: Path) -> list[Step]:
    """Take the layers down in reverse, and forget what the stack gave.

    Args:
        work: What the steps are made from.
        plans: The folder that takes the plan files.
    """
    steps = []
    for layer in reversed(work.target.layers):
        file = _plan_file(plans, layer)
        steps += [
            _init_step(work, layer),
            _step(work, "plan", layer, plan_command(work.engine, file, destroy=True)),
            _step(work, "destroy", layer, apply_command(work.engine, file)),
        ]
    forgetting = ("rm", "-f", str(work.workspace.state_file))
    return [
        *steps,
        _step(work, "sweep", work.target.layers[0], work.target.sweep),
        _step(work, "forget", work.target.layers[0], forgetting),
    ]


def _init_step(work: Work, layer: str) -> Step:
    return _step(work, "init", layer, init_command(work.engine))


def _step(work: Work, name: str, layer: str, command: Sequence[str]) -> Step:
    return Step(name, layer, tuple(command), work.workspace.layer(layer))


def _plan_file(plans: Path, layer: str) -> Path:
    return plans / f"{layer}.tfplan"
