"""What both faces call: open a project, change its stack, plan, build, inspect, destroy.

Everything that changes the project holds its lock; a run keeps it until it ends,
even after the face that started it is gone.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import (
    Config,
    TargetSettings,
    read_config,
    read_module_paths,
    write_config,
)
from matcha_tui.project.history import RunKind, last_duration
from matcha_tui.project.lock import hold_lock, record_owner
from matcha_tui.project.state import has_resources, read_resources
from matcha_tui.project.workspace import Workspace, find_plugin_cache
from matcha_tui.stack.catalog import Catalog, Flavor, load_catalog
from matcha_tui.stack.stack import DEFAULT_PRESET, Stack, check_complete, name_stack, preset_stack
from matcha_tui.targets.base import ComponentHealth, ComponentState, Target
from matcha_tui.targets.composition import compose_layer, composed_flavors, composed_modules
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.targets.steps import Work, apply_steps, destroy_steps, plan_steps
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.folder import Run, Step, create_run, is_live, list_runs
from matcha_tui.terraform.launch import start_run

TARGETS: Mapping[str, Target] = {LOCAL.name: LOCAL}
TARGET_SETTINGS: TargetSettings = {target.name: target.settings for target in TARGETS.values()}


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that a stack is built from.

    Attributes:
        workspace: Its paths.
        catalog: What can be chosen.
        config: What was chosen.
    """

    workspace: Workspace
    catalog: Catalog
    config: Config

    @property
    def target(self) -> Target:
        """Where its stack is built."""
        return TARGETS[self.config.target]

    @property
    def stack(self) -> Stack:
        """What is built: the ``default`` preset until somebody chooses."""
        return self.config.stack or preset_stack(self.catalog, DEFAULT_PRESET)

    @property
    def flavors(self) -> tuple[Flavor, ...]:
        """The stack's modules as the target builds them."""
        return tuple(
            self.catalog.find(self.target.name, module_type, flavor)
            for module_type, flavor in self.stack.modules
        )


def open_project(folder: Path) -> Project:
    """Read a project.

    Args:
        folder: The folder that holds, or will hold, its ``matcha.toml``.

    Raises:
        MatchaError: If ``matcha.toml`` or the catalog is faulty.
    """
    workspace = Workspace(folder.resolve())
    additions = read_module_paths(workspace.config_file)
    catalog = load_catalog(additions=additions, check=_check_flavor)
    return Project(workspace, catalog, read_config(workspace.config_file, catalog, TARGET_SETTINGS))


def save_config(project: Project, config: Config) -> Project:
    """Write what the user chose, unless that would orphan what is deployed.

    Args:
        project: The project as it is.
        config: What it is to say.

    Returns:
        The project with the new choice.

    Raises:
        MatchaError: If anything is deployed and the stack or target would
            change, if a faulty module is chosen, if the project is locked, or if
            the file cannot be written.
    """
    if config == project.config and project.workspace.config_file.exists():
        return project
    changed = replace(project, config=config)
    for module in changed.stack.modules:
        if module not in project.stack.modules:
            project.catalog.refuse_faulty(config.target, *module)
    with hold_lock(project.workspace, "change"):
        if is_deployed(project):
            _refuse_other_stack(changed)
        write_config(project.workspace.config_file, config)
    return changed


def keep_password(project: Project, password: str) -> None:
    """Use a password of the user's for what will be built, instead of a generated one.

    Args:
        project: What will be built.
        password: The password; it is kept in the private folder.

    Raises:
        MatchaError: If nothing in the stack takes one, if it was set before, or if the
            project is locked.
    """
    with hold_lock(project.workspace, "change"):
        project.target.keep_password(project.workspace, project.flavors, password)


def change_stack(project: Project, stack: Stack) -> Project:
    """Choose another stack.

    Args:
        project: The project as it is.
        stack: The stack to be built from now on.

    Raises:
        MatchaError: If anything is deployed, or the project is locked.
    """
    return save_config(project, replace(project.config, stack=stack))


def is_deployed(project: Project) -> bool:
    """Say whether Terraform has anything in its state for this project."""
    return any(has_resources(project.workspace.layer(name)) for name in project.target.layers)


def deployed_stack(project: Project) -> Stack | None:
    """Return the stack that was built, or ``None`` when nothing is deployed."""
    if not is_deployed(project):
        return None
    return name_stack(project.catalog, _composed(project))


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


def provision(project: Project, engine: Engine, reviewed: Run | None = None) -> Run:
    """Start a run that builds the stack, or repairs it.

    Args:
        project: What to build.
        engine: What runs it.
        reviewed: A finished plan run that was shown to the user: exactly what
            it planned is done. Without one, the run plans by itself.

    Returns:
        The started run; `follow` it.

    Raises:
        MatchaError: If the stack cannot be built or the project is locked.
    """
    if reviewed is None:
        return _compose_and_start(
            project,
            engine,
            RunKind.PROVISION,
            lambda work, plans: plan_steps(work, plans) + apply_steps(work, plans),
        )
    with hold_lock(project.workspace, RunKind.PROVISION) as lock:
        work = Work(project.workspace, engine, project.target)
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
    if not is_deployed(project):
        raise nothing_deployed()
    with hold_lock(project.workspace, RunKind.DESTROY) as lock:
        work = Work(project.workspace, engine, project.target)
        return _start(
            project,
            RunKind.DESTROY,
            work,
            lambda plans: destroy_steps(work, plans),
            lock,
            keep_data=keep_data,
        )


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
    if found is not None:
        return found
    if not is_deployed(project):
        raise nothing_deployed()
    raise MatchaError(
        "the last provision did not finish, so there is nothing to show yet",
        hint="Run `matcha provision`: it goes on from what is there.",
        exit_code=ExitCode.REFUSED,
    )


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
    stack = deployed_stack(project)
    if stack is None:
        raise nothing_deployed()
    found = {item.flavor: item for item in project.target.health(project.workspace)}
    return {
        module_type: found.get(
            flavor, ComponentHealth(flavor, ComponentState.DOWN, "it was never started", "")
        )
        for module_type, flavor in stack.modules
    }


def nothing_deployed() -> MatchaError:
    """Make the refusal of what needs a deployment."""
    return MatchaError(
        "nothing is deployed in this folder",
        hint="Run `matcha provision`, or open the wizard: `matcha-tui`.",
        exit_code=ExitCode.REFUSED,
    )


def _compose_and_start(
    project: Project, engine: Engine, kind: RunKind, steps: Callable[[Work, Path], list[Step]]
) -> Run:
    workspace, target = project.workspace, project.target
    check_complete(project.catalog, project.stack, target.name)
    with hold_lock(workspace, kind) as lock:
        repairs: tuple[str, ...] = ()
        if is_deployed(project):
            _refuse_other_stack(project)
            repairs = target.repairs(workspace, _composed(project))
        _compose(project)
        work = Work(workspace, engine, target, repairs)
        return _start(project, kind, work, lambda plans: steps(work, plans), lock)


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
    environment = run_environment(
        os.environ, find_plugin_cache(os.environ), target.environment(workspace, keep_data)
    )
    record_owner(lock, kind, start_run(run, environment=environment, keep_open=(lock,)))
    return run


def _check_flavor(flavor: Flavor) -> None:
    TARGETS[flavor.target].check(flavor)


def _compose(project: Project) -> None:
    values = project.target.resolve(project.workspace, project.flavors, project.config)
    for layer in project.target.layers:
        compose_layer(
            project.workspace,
            project.catalog,
            project.target,
            layer,
            [flavor for flavor in project.flavors if flavor.layer == layer],
            values,
        )


def _composed(project: Project) -> dict[str, str]:
    modules: dict[str, str] = {}
    for layer in project.target.layers:
        modules |= composed_modules(project.workspace.layer(layer)) or {}
    return modules


def _refuse_other_stack(project: Project) -> None:
    if dict(project.stack.modules) != _composed(project):
        raise MatchaError(
            "the stack cannot be changed while one is deployed",
            hint="Run `matcha destroy` first; `--keep-data` keeps what the services hold.",
            exit_code=ExitCode.REFUSED,
        )


def _guessed_seconds(project: Project, kind: RunKind) -> float | None:
    """Return what the catalog says of a first provision: its modules come up side by side."""
    if kind != RunKind.PROVISION:
        return None
    return max((flavor.seconds for flavor in project.flavors), default=None)
