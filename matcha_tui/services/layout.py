"""Where each flavor keeps its things below `.matcha/services`."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError

CLIENTS = "clients"
"""Stands among the flavors for the packages that use them: an environment, and no service."""

_FLAVOR = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class FlavorFolder:
    """One flavor's folder.

    Attributes:
        path: The folder, absolute and without symbolic links.
    """

    path: Path

    @property
    def flavor(self) -> str:
        """The flavor's name: ``mlflow``."""
        return self.path.name

    @property
    def environment(self) -> Path:
        """The way to its Python environment: a symbolic link into the environment store."""
        return self.path / "environment"

    @property
    def data(self) -> Path:
        """What must never be lost without a question: also the service's working directory."""
        return self.path / "data"

    @property
    def earlier_data(self) -> Path:
        """Where earlier versions kept what DVC pushes."""
        return self.data / "bucket"

    @property
    def log(self) -> Path:
        """What the service wrote to its standard output and error."""
        return self.path / "log"

    @property
    def values(self) -> Path:
        """The resolved settings, written before Terraform starts."""
        return self.path / "values.json"

    @property
    def service(self) -> Path:
        """How the service is started and checked; holds secrets."""
        return self.path / "service.json"

    @property
    def leader(self) -> Path:
        """Which process is the service."""
        return self.path / "leader.json"

    @property
    def stopped(self) -> Path:
        """Is there while the service does not run because somebody has stopped it."""
        return self.path / "stopped"

    @property
    def last_healthy(self) -> Path:
        """What was healthy last: its definition, packages and environment."""
        return self.path / "last_healthy.json"

    @property
    def upgrade(self) -> Path:
        """Is there during an upgrade, with a copy of the data from before it."""
        return self.path / "upgrade"

    @property
    def failed_upgrade(self) -> Path:
        """What a newer version made of the data, and could not work with."""
        return self.path / "failed_upgrade"

    @property
    def supervisor(self) -> Path:
        """Whoever holds the lock on it keeps the service running."""
        return self.path / "supervisor.lock"


def flavor_folder(services_directory: Path, flavor: str) -> FlavorFolder:
    """The folder of one flavor, which need not exist."""
    if not _FLAVOR.fullmatch(flavor):
        raise MatchaError(
            f"{flavor!r} cannot be the name of a flavor",
            hint="Use small letters, digits, - and _.",
            exit_code=ExitCode.USAGE,
        )
    return FlavorFolder(services_directory.resolve() / flavor)


def flavor_folders(services_directory: Path) -> tuple[FlavorFolder, ...]:
    """The folders of all flavors that are prepared here, by name."""
    found = services_directory.resolve().glob("*/service.json")
    return tuple(FlavorFolder(path.parent) for path in sorted(found))


def data_folders(services_directory: Path) -> tuple[FlavorFolder, ...]:
    """The folders of all flavors that keep anything here, running or not, by name."""
    directory = services_directory.resolve()
    found = sorted(path for path in directory.glob("*") if path.is_dir())
    return tuple(FlavorFolder(path) for path in found)


def services_directory_from_environment() -> Path:
    """The project's services directory, as Terraform hands it on."""
    text = os.environ.get("MATCHA_SERVICES", "")
    if not Path(text).is_absolute():
        raise MatchaError(
            "MATCHA_SERVICES is not set to an absolute path",
            hint="This command is for Terraform; run `matcha provision` instead.",
            exit_code=ExitCode.USAGE,
        )
    return Path(text).resolve()
