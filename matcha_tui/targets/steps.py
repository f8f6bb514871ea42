"""The steps of a run, made from a target's layers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from matcha_tui.project.recording import recording_command
from matcha_tui.project.state import OWN_STATE, SHARED_STATE
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.base import Target
from matcha_tui.targets.composition import RESOURCES_OUTPUT
from matcha_tui.targets.drift import drift_command
from matcha_tui.targets.module_guard import CHECK_MODULES, module_guard_command
from matcha_tui.targets.plan_check import CHECK_PLAN, plan_check_command
from matcha_tui.terraform.command import (
    apply_command,
    init_command,
    output_command,
    plan_command,
    state_pull_command,
)
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.folder import Step, When

PLAN = "plan"
"""The name of the step that plans a layer."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the steps of one run are made from.

    Attributes:
        workspace: The project's paths.
        engine: What runs them.
        target: Where it happens.
        is_shared: Whether the state is kept where colleagues find it.
        repairs: Addresses of resources that are to be made again.
        checks_plans: Whether a plan that destroys what nobody has approved is refused.
        afterwards: What a destroy does last: the name of each step to its command.
        going: By layer, the flavors that a live change takes away: module type to name.
        deletes_data: Whether what those hold is deleted, where the target would keep it.
        digests: Of the modules of layers that hold some of others': layer to digest.
        recoveries: By layer, what puts its state right before anything else is done.
    """

    workspace: Workspace
    engine: Engine
    target: Target
    is_shared: bool = False
    repairs: tuple[str, ...] = ()
    checks_plans: bool = False
    afterwards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    going: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deletes_data: bool = False
    digests: Mapping[str, str] = field(default_factory=dict)
    recoveries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def plan_steps(work: Work, run: Path) -> list[Step]:
    """Find out what would be done to each layer, in its next root."""
    steps = _prepare_steps(work)
    given_by = work.workspace.next_layer
    for layer in work.target.layers:
        steps += [
            _init_step(work, layer, work.workspace.next_layer(layer)),
            *_pass_outputs(work, layer, given_by, work.workspace.next_layer(layer)),
            *_check_modules(work, layer),
            _plan_step(work, run, layer),
        ]
    return steps


def provision_steps(work: Work, run: Path) -> list[Step]:
    """Plan and build one layer after the other, and save what the stack gives."""
    first, *others = work.target.layers
    steps = [
        *_prepare_steps(work),
        *_recover(work),
        *_removal_steps(work, run),
        *_plan_layer(work, run, first),
        *_apply_layer(work, run, first),
    ]
    return [*steps, *_build_others(work, run, others), _save_outputs(work)]


def apply_steps(work: Work, run: Path, reviewed: Path) -> list[Step]:
    """Do what was planned, and save what the stack gives.

    Only the first layer is built by a plan that exists: what the others need of it is
    not known before.
    """
    first, *others = work.target.layers
    steps = _apply_layer(work, run, first, plan_file(reviewed, first))
    return [*_recover(work), *steps, *_build_others(work, run, others), _save_outputs(work)]


def destroy_steps(work: Work, run: Path) -> list[Step]:
    """Take the layers down in reverse, and remove what the stack gave."""
    layers, folder = work.target.layers, work.workspace.layer
    inits = [_init_step(work, layer, folder(layer)) for layer in layers]
    steps = [*_recover(work), *inits]
    for layer in reversed(layers):
        planning = plan_command(work.engine, plan_file(run, layer), destroy=True)
        applying = apply_command(work.engine, plan_file(run, layer))
        is_last = layer == layers[0]
        steps += [
            *_pass_outputs(work, layer, folder, folder(layer)),
            _step(PLAN, layer, planning, folder(layer)),
            *_record(work, "unbuild", run, layer),
            _step("destroy", layer, applying, folder(layer)),
            *_fall_back(work, layer),
            *_pull_state(work, layer),
            *(_clean_up(work) if is_last else ()),
            *_settle(work, "settle-destroy", run, layer),
        ]
    given = [str(_outputs_file(work, layer, folder(layer))) for layer in layers[1:]]
    pruning = ("rm", "-f", str(work.workspace.state_file), *given)
    last = [_step("prune", layers[0], pruning, folder(layers[0]))]
    for name, command in work.afterwards.items():
        last.append(_step(name, layers[0], command, work.workspace.project))
    return [*steps, *last]


def drift_steps(work: Work, run: Path, layers: Sequence[str]) -> list[Step]:
    """Find out what was changed since, in the roots by which the layers are deployed."""
    steps: list[Step] = []
    for layer in layers:
        directory, plan = work.workspace.layer(layer), plan_file(run, layer)
        reading = drift_command(work.engine, run, layer, plan)
        steps += [
            _init_step(work, layer, directory),
            _step("compare", layer, plan_command(work.engine, plan), directory),
            _step("read differences", layer, reading, directory),
        ]
    return steps


def plan_file(run: Path, layer: str) -> Path:
    """Return where a run keeps the plan of a layer."""
    return run / f"{layer}.tfplan"


def _removal_steps(work: Work, run: Path) -> list[Step]:
    """Take down the modules that go, in the roots that they were built by, the last layer first.

    Once a module is out of its root, Terraform forgets how its resources are to be ended.
    """
    steps: list[Step] = []
    for layer in reversed([layer for layer in work.target.layers if work.going.get(layer)]):
        directory, plan = work.workspace.layer(layer), run / f"{layer}.removal.tfplan"
        addresses = [f"module.{module_type}" for module_type in work.going[layer]]
        planning = plan_command(work.engine, plan, destroy=True, target=addresses)
        steps += [
            _init_step(work, layer, directory),
            _step("plan removal", layer, planning, directory),
            *_record(work, "unbuild", run, layer),
            _step("remove", layer, apply_command(work.engine, plan), directory),
            *_pull_state(work, layer),
            *_settle(work, "settle-removal", run, layer),
            *_copy_state(work, layer),
        ]
        if work.deletes_data and work.target.discard:
            command = (*work.target.discard, *work.going[layer].values())
            steps.append(_step("delete data", layer, command, directory))
    return steps


def _copy_state(work: Work, layer: str) -> list[Step]:
    """Plan the next root against what is there now, unless the state is kept elsewhere."""
    if work.is_shared:
        return []
    state, following = work.workspace.layer(layer) / OWN_STATE, work.workspace.next_layer(layer)
    return [_step("copy state", layer, ("cp", "-f", str(state), str(following)), following)]


def _build_others(work: Work, run: Path, layers: Sequence[str]) -> list[Step]:
    steps: list[Step] = []
    for layer in layers:
        steps += [*_plan_layer(work, run, layer), *_apply_layer(work, run, layer)]
    return steps


def _plan_layer(work: Work, run: Path, layer: str) -> list[Step]:
    """Plan a layer when those before it are built; refuse what nobody has approved."""
    directory = work.workspace.next_layer(layer)
    steps = [
        _init_step(work, layer, directory),
        *_pass_outputs(work, layer, work.workspace.layer, directory),
        *_clear(work, layer),
        *_check_modules(work, layer),
        _plan_step(work, run, layer),
    ]
    if work.checks_plans:
        checking = plan_check_command(work.engine, run, layer, plan_file(run, layer))
        steps.append(_step(CHECK_PLAN, layer, checking, directory))
    return steps


def _apply_layer(work: Work, run: Path, layer: str, plan: Path | None = None) -> list[Step]:
    applying = apply_command(work.engine, plan or plan_file(run, layer))
    return [
        *_check_modules(work, layer),
        *_record(work, "build", run, layer),
        _step("apply", layer, applying, work.workspace.layer(layer)),
        *_pull_state(work, layer),
        *_settle(work, "settle-build", run, layer),
    ]


def _record(work: Work, act: str, run: Path, layer: str) -> list[Step]:
    """Write the record, for colleagues, too, where the state is shared."""
    command = recording_command(act, work.workspace, run, layer)
    steps = [_step("record", layer, command, work.workspace.project)]
    if work.is_shared and work.target.state is not None:
        sharing = (*work.target.state.share, str(work.workspace.record_file), layer)
        steps.append(_step("share record", layer, sharing, work.workspace.project))
    return steps


def _settle(work: Work, act: str, run: Path, layer: str) -> list[Step]:
    """Record what became of a layer, however the run went."""
    return [replace(step, when=When.ALWAYS) for step in _record(work, act, run, layer)]


def _save_outputs(work: Work) -> Step:
    last = work.target.layers[-1]
    command = output_command(work.engine, RESOURCES_OUTPUT)
    directory = work.workspace.layer(last)
    return Step("save outputs", last, command, directory, work.workspace.state_file)


def _recover(work: Work) -> list[Step]:
    """Put states right, which an init reads already; a shared one is reached only by an init."""
    steps: list[Step] = []
    for layer, command in work.recoveries.items():
        directory = work.workspace.layer(layer)
        if work.is_shared:
            steps.append(_init_step(work, layer, directory))
        steps.append(_step("recover state", layer, command, directory))
    return steps


def _prepare_steps(work: Work) -> list[Step]:
    """Make the place of the shared state, without which nothing can begin."""
    if not work.is_shared or work.target.state is None:
        return []
    first = work.target.layers[0]
    return [_step("create backend", first, work.target.state.prepare, work.workspace.project)]


def _pass_outputs(
    work: Work, layer: str, given_by: Callable[[str], Path], taker: Path
) -> list[Step]:
    """Give a layer, as variables, what the one before it gives."""
    index = work.target.layers.index(layer)
    if index == 0:
        return []
    giver = work.target.layers[index - 1]
    command = output_command(work.engine)
    return [
        Step("pass outputs", giver, command, given_by(giver), _outputs_file(work, layer, taker))
    ]


def _outputs_file(work: Work, layer: str, directory: Path) -> Path:
    giver = work.target.layers[work.target.layers.index(layer) - 1]
    return directory / f"{giver}.auto.tfvars.json"


def _pull_state(work: Work, layer: str) -> list[Step]:
    """Keep a copy of a shared state, however the run went."""
    if not work.is_shared:
        return []
    directory = work.workspace.layer(layer)
    command = state_pull_command(work.engine)
    return [
        Step("pull state", layer, command, directory, directory / SHARED_STATE, When.ALWAYS),
    ]


def _check_modules(work: Work, layer: str) -> list[Step]:
    """Compare what the next root is made of with what the user has agreed to."""
    if layer not in work.digests:
        return []
    command = module_guard_command(work.digests[layer])
    return [_step(CHECK_MODULES, layer, command, work.workspace.next_layer(layer))]


def _clear(work: Work, layer: str) -> list[Step]:
    command = work.target.clearing.get(layer)
    if not command:
        return []
    directory = work.workspace.next_layer(layer)
    return [_step("clear", layer, (*command, *work.engine.command), directory)]


def _clean_up(work: Work) -> list[Step]:
    first = work.target.layers[0]
    if not work.target.clean_up:
        return []
    return [_step("clean up", first, work.target.clean_up, work.workspace.layer(first))]


def _fall_back(work: Work, layer: str) -> list[Step]:
    command = work.target.destroy_fallbacks.get(layer)
    if not command:
        return []
    abandoning = (*command, *work.engine.command)
    step = _step("abandon", layer, abandoning, work.workspace.layer(layer))
    return [replace(step, when=When.AFTER_FAILURE)]


def _init_step(work: Work, layer: str, directory: Path) -> Step:
    can_move = work.target.state is not None
    return _step("init", layer, init_command(work.engine, reconfigure=can_move), directory)


def _plan_step(work: Work, run: Path, layer: str) -> Step:
    command = plan_command(work.engine, plan_file(run, layer), replace=work.repairs)
    return _step(PLAN, layer, command, work.workspace.next_layer(layer))


def _step(name: str, layer: str, command: Sequence[str], directory: Path) -> Step:
    return Step(name, layer, tuple(command), directory)
