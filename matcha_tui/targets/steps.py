"""The steps of a run, made from a target's layers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matcha_tui.project.state import SHARED_STATE
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.base import Target
from matcha_tui.targets.composition import RESOURCES_OUTPUT
from matcha_tui.terraform.command import (
    apply_command,
    init_command,
    output_command,
    plan_command,
    state_pull_command,
)
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.folder import Step, When


@dataclass(frozen=True, slots=True)
class Work:
    """What the steps of one run are made from.

    Attributes:
        workspace: The project's paths.
        engine: What runs them.
        target: Where it happens.
        is_shared: Whether the state is kept where colleagues find it.
        repairs: Addresses of resources that are to be made again.
    """

    workspace: Workspace
    engine: Engine
    target: Target
    is_shared: bool = False
    repairs: tuple[str, ...] = ()


def plan_steps(work: Work, plans: Path) -> list[Step]:
    """Find out what would be done to each layer.

    Args:
        work: What the steps are made from.
        plans: The folder that takes the plan files.
    """
    steps = _prepare_steps(work)
    for layer in work.target.layers:
        steps += [_init_step(work, layer), *_hand_over(work, layer), _plan_step(work, plans, layer)]
    return steps


def provision_steps(work: Work, plans: Path) -> list[Step]:
    """Plan and build one layer after the other, and record what the stack gives.

    Args:
        work: What the steps are made from.
        plans: The folder that takes the plan files.
    """
    first = work.target.layers[0]
    return [
        *_prepare_steps(work),
        _init_step(work, first),
        *_clear(work, first),
        _plan_step(work, plans, first),
        *apply_steps(work, plans),
    ]


def apply_steps(work: Work, plans: Path) -> list[Step]:
    """Do what was planned, and record what the stack gives.

    Only the first layer is built by a plan that exists: what the others need of it is
    not known before.

    Args:
        work: What the steps are made from.
        plans: The folder that has the plan files, and takes those of the other layers.
    """
    first, *others = work.target.layers
    steps = [_apply_step(work, "apply", first, plans), *_keep_state(work, first)]
    for layer in others:
        steps += [
            _init_step(work, layer),
            *_hand_over(work, layer),
            *_clear(work, layer),
            _plan_step(work, plans, layer),
            _apply_step(work, "apply", layer, plans),
            *_keep_state(work, layer),
        ]
    last = work.target.layers[-1]
    recording = output_command(work.engine, RESOURCES_OUTPUT)
    return [
        *steps,
        Step("record", last, recording, work.workspace.layer(last), work.workspace.state_file),
    ]


def destroy_steps(work: Work, plans: Path) -> list[Step]:
    """Take the layers down in reverse, and forget what the stack gave.

    Args:
        work: What the steps are made from.
        plans: The folder that takes the plan files.
    """
    layers = work.target.layers
    steps = [_init_step(work, layer) for layer in layers]
    for layer in reversed(layers):
        planning = plan_command(work.engine, _plan_file(plans, layer), destroy=True)
        steps += [
            *_hand_over(work, layer),
            _step(work, "plan", layer, planning),
            _apply_step(work, "destroy", layer, plans),
            *_remedy(work, layer),
            *_keep_state(work, layer),
        ]
    if work.target.sweep:
        steps.append(_step(work, "sweep", layers[0], work.target.sweep))
    given = [str(_handed_over(work, layer)) for layer in layers[1:]]
    forgetting = ("rm", "-f", str(work.workspace.state_file), *given)
    return [*steps, _step(work, "forget", layers[0], forgetting)]


def _prepare_steps(work: Work) -> list[Step]:
    """Make the place of the shared state, without which nothing can begin."""
    if not work.is_shared or work.target.state is None:
        return []
    return [_step(work, "prepare state", work.target.layers[0], work.target.state.prepare)]


def _hand_over(work: Work, layer: str) -> list[Step]:
    """Give a layer, as variables, what the one before it gives."""
    index = work.target.layers.index(layer)
    if index == 0:
        return []
    giver = work.target.layers[index - 1]
    command = output_command(work.engine)
    directory = work.workspace.layer(giver)
    return [Step("hand over", giver, command, directory, _handed_over(work, layer))]


def _handed_over(work: Work, layer: str) -> Path:
    giver = work.target.layers[work.target.layers.index(layer) - 1]
    return work.workspace.layer(layer) / f"{giver}.auto.tfvars.json"


def _keep_state(work: Work, layer: str) -> list[Step]:
    """Keep a copy of a shared state, however the run went."""
    if not work.is_shared:
        return []
    directory = work.workspace.layer(layer)
    command = state_pull_command(work.engine)
    return [
        Step("note state", layer, command, directory, directory / SHARED_STATE, When.ALWAYS),
    ]


def _clear(work: Work, layer: str) -> list[Step]:
    command = work.target.clearing.get(layer)
    return [_step(work, "clear", layer, (*command, *work.engine.command))] if command else []


def _remedy(work: Work, layer: str) -> list[Step]:
    command = work.target.remedies.get(layer)
    if not command:
        return []
    step = _step(work, "abandon", layer, (*command, *work.engine.command))
    return [replace(step, when=When.AFTER_FAILURE)]


def _init_step(work: Work, layer: str) -> Step:
    can_move = work.target.state is not None
    return _step(work, "init", layer, init_command(work.engine, reconfigure=can_move))


def _plan_step(work: Work, plans: Path, layer: str) -> Step:
    command = plan_command(work.engine, _plan_file(plans, layer), replace=work.repairs)
    return _step(work, "plan", layer, command)


def _apply_step(work: Work, name: str, layer: str, plans: Path) -> Step:
    return _step(work, name, layer, apply_command(work.engine, _plan_file(plans, layer)))


def _step(work: Work, name: str, layer: str, command: Sequence[str]) -> Step:
    return Step(name, layer, tuple(command), work.workspace.layer(layer))


def _plan_file(plans: Path, layer: str) -> Path:
    return plans / f"{layer}.tfplan"
