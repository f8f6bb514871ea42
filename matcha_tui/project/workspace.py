"""Where a project keeps its files: ``matcha.toml`` and the private ``.matcha`` folder."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.origin import sign_new
from matcha_tui.system.files import make_private_directory, user_cache, write_atomically
from matcha_tui.system.plain_text import escape_line

_RESERVED_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one project.

    Attributes:
        project: The folder that the user works in.
    """

    project: Path

    @property
    def name(self) -> str:
        """The project's name, which is typed to confirm its destruction."""
        return escape_line(self.project.name) or "root"

    @property
    def shown(self) -> str:
        """The project's folder, for people: without what a terminal would obey."""
        return escape_line(str(self.project))

    @property
    def config_file(self) -> Path:
        """What the user chose."""
        return self.project / "matcha.toml"

    @property
    def directory(self) -> Path:
        """The private folder that holds everything else."""
        return self.project / ".matcha"

    @property
    def record_file(self) -> Path:
        """What is deployed."""
        return self.directory / "deployment.json"

    @property
    def infrastructure(self) -> Path:
        """One folder a layer: what Terraform is given, and its state."""
        return self.directory / "infrastructure"

    @property
    def states(self) -> Path:
        """One folder a layer: copies of Terraform's state, kept from before and after applies."""
        return self.directory / "states"

    @property
    def state_file(self) -> Path:
        """Resource to properties, as JSON; scripts test that it exists."""
        return self.infrastructure / "matcha.state"

    @property
    def runs(self) -> Path:
        """One folder a run."""
        return self.directory / "runs"

    @property
    def services(self) -> Path:
        """One folder a local service: data, log and the way to its environment."""
        return self.directory / "services"

    @property
    def live_change_file(self) -> Path:
        """The modules that a deployed stack is to be changed to."""
        return self.directory / "live_change.json"

    @property
    def stopped_file(self) -> Path:
        """Is there while somebody here has stopped a stack in a cloud."""
        return self.directory / "stopped"

    @property
    def connections_file(self) -> Path:
        """What was written for client tools, to be taken back."""
        return self.directory / "connections.json"

    @property
    def reserve_file(self) -> Path:
        """Space that a destroy frees for itself, so that it works on a full disk."""
        return self.directory / "reserve"

    @property
    def lock_file(self) -> Path:
        """Held by whoever changes the project."""
        return self.directory / "lock"

    def layer(self, name: str) -> Path:
        """Return the folder of a Terraform root."""
        return self.infrastructure / name

    def next_layer(self, name: str) -> Path:
        """Return the folder in which that root is composed and planned before it is applied."""
        return self.infrastructure / f"{name}.next"


def find_plugin_cache(environment: Mapping[str, str]) -> Path:
    """Return where Terraform's providers are kept, shared by all projects of a user.

    Returns:
        The folder, which may not exist yet.
    """
    return user_cache(environment) / "terraform-plugins"


def refuse_unprintable_path(workspace: Workspace) -> None:
    """Refuse a folder whose path could not be shown, nor be written into every format."""
    if workspace.shown != str(workspace.project):
        raise MatchaError(
            f"the project's path has a control character or a byte that is not UTF-8, "
            f"written here with a backslash: {workspace.shown}",
            hint="Rename that folder, or work in another one.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )


def prepare_workspace(workspace: Workspace) -> None:
    """Make the private folder, and keep it out of version control."""
    make_private_directory(workspace.directory)
    ignore_file = workspace.directory / ".gitignore"
    if not ignore_file.exists():
        write_atomically(ignore_file, "*\n")
    sign_new(workspace.directory)
    for directory in (workspace.infrastructure, workspace.runs, workspace.services):
        make_private_directory(directory)


def keep_reserve(workspace: Workspace) -> None:
    """Set aside the space that a later destroy needs for its own files, if there is as much."""
    path = workspace.reserve_file
    if path.exists():
        return
    try:
        # Written, and not only made that long: a hole takes no space.
        write_atomically(path, os.urandom(_RESERVED_BYTES))
    except MatchaError:
        return  # what needs the space now says so better


def release_reserve(workspace: Workspace) -> None:
    """Free the space that was set aside."""
    with suppress(OSError):
        workspace.reserve_file.unlink(missing_ok=True)
