"""A project: a folder, what can be chosen for it, and what was chosen."""

from dataclasses import dataclass
from pathlib import Path

from matcha_tui.project.config import (
    Choices,
    Config,
    find_module_paths,
    find_target,
    open_config,
    parse_config,
)
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.catalog import Catalog, Flavor, load_catalog
from matcha_tui.stack.stack import DEFAULT_PRESET, Stack, preset_stack
from matcha_tui.targets.base import StackSpec, Target
from matcha_tui.targets.registry import OURS, STATE_KEYS, TARGET_SETTINGS, TARGETS, read_installed


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
    def first_seconds(self) -> float:
        """About how long a first provision takes: its modules come up side by side."""
        return self.target.seconds + max((flavor.seconds for flavor in self.flavors), default=0)

    @property
    def spec(self) -> StackSpec:
        """What is to be built, as its target wants to know it."""
        return StackSpec(self.workspace, self.flavors, self.config)


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
    written = open_config(workspace.config_file)
    additions = find_module_paths(written)
    used = {find_target(written, TARGETS), *([target] if target else [])}
    named = {path.name for addition in additions for path in addition.glob("*")} - set(OURS)
    offered = TARGETS if every_target else [name for name in sorted(named) if name in TARGETS]
    flavors, faults = read_installed(used, offered)
    catalog = load_catalog(
        additions=additions, check=_check_flavor, installed=flavors, faults=faults
    )
    return Project(workspace, catalog, parse_config(written, choices_of(catalog)))


def choices_of(catalog: Catalog) -> Choices:
    """Return what ``matcha.toml`` can say: of a catalog's modules, and of every target."""
    return Choices(
        catalog,
        TARGET_SETTINGS,
        STATE_KEYS,
    )


def _check_flavor(flavor: Flavor) -> None:
    TARGETS[flavor.target].check(flavor)
