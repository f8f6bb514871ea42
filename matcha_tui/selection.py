"""A project: open it, change what is chosen for it, and refuse what would orphan a deployment."""

from dataclasses import dataclass, replace
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import (
    Choices,
    Config,
    read_config,
    read_module_paths,
    read_target,
)
from matcha_tui.project.config_writing import write_config
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.state import has_resources
from matcha_tui.project.workspace import Workspace, refuse_unprintable_path
from matcha_tui.stack.catalog import Catalog, Flavor, load_catalog
from matcha_tui.stack.stack import DEFAULT_PRESET, Stack, name_stack, preset_stack
from matcha_tui.targets.base import Intent, Target
from matcha_tui.targets.composition import (
    composed_backend,
    composed_flavors,
    composed_modules,
    refuse_lower_values,
)
from matcha_tui.targets.installed import read_installed
from matcha_tui.targets.registry import OURS, STATE_KEYS, TARGET_SETTINGS, TARGETS


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
    def choices(self) -> Choices:
        """What its ``matcha.toml`` can say."""
        return choices_of(self.catalog)

    @property
    def target(self) -> Target:
        """Where its stack is built."""
        return TARGETS[self.config.target]

    @property
    def stack(self) -> Stack:
        """What is built: the ``default`` preset until somebody chooses."""
        return self.config.stack or preset_stack(self.catalog, DEFAULT_PRESET, self.config.target)

    @property
    def flavors(self) -> tuple[Flavor, ...]:
        """The stack's modules as the target builds them."""
        return tuple(
            self.catalog.find(self.target.name, module_type, flavor)
            for module_type, flavor in self.stack.modules
        )

    @property
    def intent(self) -> Intent:
        """What is to be built, as its target wants to know it."""
        return Intent(self.workspace, self.flavors, self.config)


def open_project(folder: Path, target: str | None = None, *, every_target: bool = False) -> Project:
    """Read a project.

    Args:
        folder: The folder that holds, or will hold, its ``matcha.toml``.
        target: Another target that it may be given: its modules can be chosen, too.
        every_target: Whether the modules of all targets can be chosen: of installed ones,
            those that are faulty are told as `Catalog.faults`.

    Raises:
        MatchaError: If ``matcha.toml``, the catalog or a target that is used is faulty.
    """
    workspace = Workspace(folder.resolve())
    additions = read_module_paths(workspace.config_file)
    used = {read_target(workspace.config_file, TARGETS), *([target] if target else [])}
    named = {path.name for addition in additions for path in addition.glob("*")} - set(OURS)
    offered = TARGETS if every_target else [name for name in sorted(named) if name in TARGETS]
    flavors, faults = read_installed(used, offered)
    catalog = load_catalog(
        additions=additions, check=_check_flavor, installed=flavors, faults=faults
    )
    config = read_config(workspace.config_file, choices_of(catalog))
    return Project(workspace, catalog, config)


def choices_of(catalog: Catalog) -> Choices:
    """Return what ``matcha.toml`` can say: of a catalog's modules, and of every target."""
    return Choices(
        catalog,
        TARGET_SETTINGS,
        STATE_KEYS,
    )


def save_config(project: Project, config: Config) -> Project:
    """Write what the user chose, unless that would orphan what is deployed.

    Args:
        project: The project as it is.
        config: What it is to say.

    Returns:
        The project with the new choice.

    Raises:
        MatchaError: If anything is deployed and the stack or target would
            change, if a faulty module is chosen, if nothing can be built in this folder,
            if the project is locked, or if the file cannot be written.
    """
    if config == project.config and project.workspace.config_file.exists():
        return project
    if not is_deployed(project):
        refuse_unprintable_path(project.workspace)
    changed = replace(project, config=config)
    for module in changed.stack.modules:
        if module not in project.stack.modules:
            project.catalog.refuse_faulty(config.target, *module)
    with hold_lock(project.workspace, "change"):
        if is_deployed(project):
            refuse_other_stack(changed)
            _refuse_fixed_settings(project, config)
            refuse_lower_settings(changed)
        write_config(project.workspace.config_file, config, project.choices)
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


def refresh(project: Project) -> None:
    """Learn what colleagues have done, where the state is shared; this asks the network.

    Raises:
        MatchaError: If the shared state cannot be read.
    """
    if project.target.state is not None and project.config.state:
        project.target.state.fetch(built_intent(project))


def learn(project: Project) -> None:
    """Look whether colleagues have built what this folder knows nothing of.

    Raises:
        MatchaError: If the shared state cannot be read.
    """
    if not is_deployed(project):
        refresh(project)


def built_intent(project: Project) -> Intent:
    """Return what was composed, with the flavors as they were then.

    What is in the catalog by now may be faulty, or another version.
    """
    layers = [project.workspace.layer(name) for name in project.target.layers]
    built = tuple(flavor for layer in layers for flavor in composed_flavors(layer))
    if not any(composed_layers(project)):  # a colleague built it
        built = project.flavors
    return Intent(project.workspace, built, project.config)


def deployed_stack(project: Project) -> Stack | None:
    """Return the stack that was built, or ``None`` when nothing is deployed."""
    if not is_deployed(project):
        return None
    return name_stack(project.catalog, composed_stack(project))


def nothing_deployed() -> MatchaError:
    """Make the refusal of what needs a deployment."""
    return MatchaError(
        "nothing is deployed in this folder",
        hint="Run `matcha provision`, or open the wizard: `matcha-tui`.",
        exit_code=ExitCode.REFUSED,
    )


def composed_stack(project: Project) -> dict[str, str]:
    """Return the modules of the deployment: what its layers were composed of."""
    found = composed_layers(project)
    if not any(found):  # a colleague built it
        return dict(project.stack.modules)
    return {module_type: name for modules in found for module_type, name in (modules or {}).items()}


def composed_layers(project: Project) -> list[dict[str, str] | None]:
    """Return what each layer was composed of; ``None`` for one that never was."""
    return [composed_modules(project.workspace.layer(layer)) for layer in project.target.layers]


def refuse_other_stack(project: Project) -> None:
    """Refuse a choice of modules that is not what is deployed.

    Raises:
        MatchaError: If another stack is chosen.
    """
    if dict(project.stack.modules) != composed_stack(project):
        raise MatchaError(
            "the stack cannot be changed while one is deployed",
            hint="Run `matcha destroy` first; `--keep-data` keeps what the services hold.",
            exit_code=ExitCode.REFUSED,
        )


def _refuse_fixed_settings(project: Project, config: Config) -> None:
    for name in project.target.fixed_settings:
        if config.settings.get(name) != project.config.settings.get(name):
            raise MatchaError(
                f"{name} cannot be changed while a stack is deployed",
                hint="Run `matcha destroy` first.",
                exit_code=ExitCode.REFUSED,
            )


def refuse_lower_settings(project: Project) -> None:
    """Refuse to lower what can only grow, as the size of a disk.

    Raises:
        MatchaError: If a setting is lower than in what is deployed.
    """
    for layer in project.target.layers:
        directory = project.workspace.layer(layer)
        if has_resources(directory):
            refuse_lower_values(directory, project.intent)


def refuse_other_state(project: Project) -> None:
    """Refuse another place for the state than that of what is deployed.

    Raises:
        MatchaError: If ``matcha.toml`` names another place.
    """
    for layer in project.target.layers:
        composed = composed_backend(project.workspace.layer(layer))
        if composed is not None and composed != dict(
            project.target.root(project.intent, layer).backend
        ):
            raise MatchaError(
                "matcha.toml names another place for the shared state than the deployment has",
                hint="Put its [state] back as it was, or run `matcha destroy` first.",
                exit_code=ExitCode.REFUSED,
            )


def _check_flavor(flavor: Flavor) -> None:
    TARGETS[flavor.target].check(flavor)
