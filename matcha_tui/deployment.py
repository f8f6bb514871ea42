"""What both faces call: open a project, change its stack, plan, build, inspect, destroy.

Everything that changes the project holds its lock; a run keeps it until it ends,
even after the face that started it is gone.
"""

import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.history import RunKind, last_duration
from matcha_tui.project.lock import hold_lock, record_owner
from matcha_tui.project.state import read_resources
from matcha_tui.project.workspace import find_plugin_cache, refuse_unprintable_path
from matcha_tui.selection import (
    Project,
    built_intent,
    composed_layers,
    composed_stack,
    deployed_stack,
    is_deployed,
    learn,
    nothing_deployed,
    refresh,
    refuse_lower_settings,
    refuse_other_stack,
    refuse_other_state,
    save_config,
)
from matcha_tui.stack.stack import check_complete
from matcha_tui.targets.adoption import Adoption, find_adoptions, write_adoptions
from matcha_tui.targets.base import ComponentHealth, ComponentState, StateLock
from matcha_tui.targets.composition import (
    compose_layer,
    composed_backend,
    composed_flavors,
)
from matcha_tui.targets.steps import (
    Work,
    apply_steps,
    destroy_steps,
    plan_steps,
    provision_steps,
)
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.folder import Run, Step, create_run, is_live, list_runs
from matcha_tui.terraform.following import read_progress
from matcha_tui.terraform.launch import start_run
from matcha_tui.terraform.old_runs import prune_runs


def plan(project: Project, engine: Engine) -> Run:
    """Start a run that finds out what a provision would do.

    Args:
        project: What to build.
        engine: What runs it.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If the stack cannot be built or the project is locked.
    """
    return _compose_and_start(project, engine, RunKind.PLAN, plan_steps)


def provision(
    project: Project, engine: Engine, reviewed: Run | None = None, *, adopt: bool = False
) -> Run:
    """Start a run that builds the stack, or repairs it.

    Args:
        project: What to build.
        engine: What runs it.
        reviewed: A finished plan run that was shown to the user: exactly what
            it planned is done. Without one, the run plans by itself; so it does when
            the plan was made before there was a place for the shared state.
        adopt: Whether to take in what the last provision met that exists already.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If the stack cannot be built or the project is locked.
    """
    placed = _place_state(project)
    if reviewed is None or adopt or placed != project:
        adoptions = adoptable(placed) if adopt else ()
        return _compose_and_start(placed, engine, RunKind.PROVISION, provision_steps, adoptions)
    with hold_lock(project.workspace, RunKind.PROVISION) as lock:
        work = _work(project, engine)
        return _start(
            project, RunKind.PROVISION, work, lambda _: apply_steps(work, reviewed.directory), lock
        )


def destroy(project: Project, engine: Engine, *, keep_data: bool = False) -> Run:
    """Start a run that takes everything down again, with what built it.

    Args:
        project: Whose deployment.
        engine: What runs it.
        keep_data: Whether the services' data stays for a later provision.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If nothing is deployed or the project is locked.
    """
    with suppress(MatchaError) if is_deployed(project) else nullcontext():
        refresh(project)
    if not is_deployed(project):
        raise nothing_deployed()
    if keep_data and not project.target.keeps_data:
        raise MatchaError(
            f"on {project.target.title} a destroy keeps no data",
            hint="Copy what you want to keep, then leave out --keep-data.",
            exit_code=ExitCode.USAGE,
        )
    with hold_lock(project.workspace, RunKind.DESTROY) as lock:
        if None in composed_layers(project):  # a colleague built it
            _compose(project)
        work = _work(project, engine)
        return _start(
            project,
            RunKind.DESTROY,
            work,
            lambda plans: destroy_steps(work, plans),
            lock,
            keep_data=keep_data,
        )


def adoptable(project: Project) -> tuple[Adoption, ...]:
    """Return what the last provision met that exists already, to be taken in.

    Raises:
        MatchaError: If it met nothing of the kind.
    """
    provisions = (run for run in list_runs(project.workspace.runs) if run.kind == RunKind.PROVISION)
    last = next(provisions, None)
    found = find_adoptions(read_progress(last)) if last else ()
    if not found:
        raise MatchaError(
            "the last provision met nothing that exists already, so there is nothing to adopt",
            hint="Leave out --adopt.",
            exit_code=ExitCode.REFUSED,
        )
    return found


def shared_locks(project: Project) -> dict[str, StateLock]:
    """Return who holds the locks of the shared state: layer to lock.

    Raises:
        MatchaError: If that cannot be found out.
    """
    state = project.target.state
    if state is None or not project.config.state:
        return {}
    intent = built_intent(project)
    found = {layer: state.find_lock(intent, layer) for layer in project.target.layers}
    return {layer: lock for layer, lock in found.items() if lock is not None}


def free_shared_lock(project: Project, layer: str, lock: StateLock) -> None:
    """Take away a lock of the shared state, unless it has changed hands meanwhile.

    Args:
        project: Whose state.
        layer: Which layer's.
        lock: As `shared_locks` has found it.

    Raises:
        MatchaError: If it has changed hands, or cannot be taken away.
    """
    if project.target.state is not None:
        project.target.state.free_lock(built_intent(project), layer, lock.lock_id)


def live_run(project: Project) -> Run | None:
    """Return the run that is under way in this project, to attach to it."""
    return next((run for run in list_runs(project.workspace.runs) if is_live(run)), None)


def resources(project: Project) -> dict[str, dict[str, str]]:
    """Return what the deployed stack gives: resource to property to value.

    Secrets are among the values; `secret_properties` names them.

    Raises:
        MatchaError: If nothing is deployed.
    """
    found = read_resources(project.workspace.state_file)
    if found is None:
        learn(project)
        found = read_resources(project.workspace.state_file)
    if found is not None:
        return found
    if not is_deployed(project):
        raise nothing_deployed()
    raise MatchaError(
        "the last provision did not finish, so there is nothing to show yet",
        hint="Run `matcha provision`: it goes on from what is there.",
        exit_code=ExitCode.REFUSED,
    )


def kubeconfig(project: Project) -> str:
    """Return how to reach the deployed cluster, as kubectl reads it; it holds a secret.

    Raises:
        MatchaError: If there is no cluster.
    """
    content = project.target.kubeconfig(project.workspace)
    if content is None and not is_deployed(project):
        raise nothing_deployed()
    if content is None:
        raise MatchaError(
            "what is deployed here has no Kubernetes cluster",
            hint="`matcha status` says what it has.",
            exit_code=ExitCode.REFUSED,
        )
    return content


def secret_properties(project: Project) -> frozenset[tuple[str, str]]:
    """Return the pairs of resource and property that are shown masked.

    What was deployed counts as well: its module.toml may be gone or faulty by now.
    """
    layers = [project.workspace.layer(name) for name in project.target.layers]
    deployed = [flavor for layer in layers for flavor in composed_flavors(layer)]
    return frozenset(
        (flavor.resource, item.name)
        for flavor in (*project.catalog.flavors, *deployed)
        for item in flavor.properties
        if item.secret
    )


def health(project: Project) -> dict[str, ComponentHealth]:
    """Ask every deployed component how it is, side by side.

    Returns:
        Module type to what was found, in the order of the stack.

    Raises:
        MatchaError: If nothing is deployed.
    """
    learn(project)
    stack = deployed_stack(project)
    if stack is None:
        raise nothing_deployed()
    found = {item.flavor: item for item in project.target.health(built_intent(project))}
    return {
        module_type: found.get(
            flavor, ComponentHealth(flavor, ComponentState.DOWN, "it was never started", "")
        )
        for module_type, flavor in stack.modules
    }


def _compose_and_start(
    project: Project,
    engine: Engine,
    kind: RunKind,
    steps: Callable[[Work, Path], list[Step]],
    adoptions: tuple[Adoption, ...] = (),
) -> Run:
    workspace, target = project.workspace, project.target
    refuse_unprintable_path(workspace)
    check_complete(project.catalog, project.stack, target.name)
    with hold_lock(workspace, kind) as lock:
        # There may be no place for the state yet, or no right to it: the run makes both,
        # and says what it cannot.
        with suppress(MatchaError):
            refresh(project)
        repairs: tuple[str, ...] = ()
        if is_deployed(project):
            refuse_other_stack(project)
            refuse_other_state(project)
            refuse_lower_settings(project)
            repairs = target.repairs(workspace, composed_stack(project))
        _compose(project)
        write_adoptions(workspace, target.layers, adoptions)
        work = _work(project, engine, repairs)
        return _start(project, kind, work, lambda plans: steps(work, plans), lock)


def _work(project: Project, engine: Engine, repairs: tuple[str, ...] = ()) -> Work:
    workspace, target = project.workspace, project.target
    is_shared = bool(composed_backend(workspace.layer(target.layers[0])))
    return Work(workspace, engine, target, is_shared, repairs)


def _place_state(project: Project) -> Project:
    """Settle where the shared state will be, for this folder and for whoever clones it."""
    state = project.target.state
    place = dict(state.place(project.intent)) if state and not project.config.state else {}
    if not place:
        return project
    return save_config(project, replace(project.config, stack=project.stack, state=place))


def _start(
    project: Project,
    kind: RunKind,
    work: Work,
    steps: Callable[[Path], list[Step]],
    lock: int,
    *,
    keep_data: bool = True,  # a repair replaces resources, and only a destroy may delete data
) -> Run:
    workspace, target = project.workspace, project.target
    details = {
        "stack": project.stack.name,
        "target": target.name,
        "found": "a deployment" if is_deployed(project) else "nothing",
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
    environment = run_environment(
        os.environ,
        find_plugin_cache(os.environ),
        target.environment(built_intent(project), keep_data),
    )
    record_owner(lock, kind, start_run(run, environment=environment, keep_open=(lock,)))
    return run


def _compose(project: Project) -> None:
    values = project.target.resolve(project.intent)
    for layer in project.target.layers:
        compose_layer(project.intent, project.catalog, project.target, layer, values)


def _guessed_seconds(project: Project, kind: RunKind) -> float | None:
    """Return what the catalog says of a first provision: its modules come up side by side."""
    if kind != RunKind.PROVISION:
        return None
    return project.target.seconds + max((flavor.seconds for flavor in project.flavors), default=0)
