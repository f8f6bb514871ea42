"""What a flavor keeps on disk: prepared first, removed last."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.services.definition import DirectoryCheck
from matcha_tui.services.layout import FlavorFolder, data_folders
from matcha_tui.services.leader import INSTALL_MARKER, service_processes
from matcha_tui.services.narration import report_line
from matcha_tui.services.service import Service
from matcha_tui.services.start import stop
from matcha_tui.services.store import take_from
from matcha_tui.system.files import directory_size, explain_os_errors, make_private_directory
from matcha_tui.system.processes import end_processes

_END_SECONDS = 5
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Leftover:
    """What one flavor keeps on disk, and a destroy would delete.

    Attributes:
        flavor: Which one.
        data: The folder with what it keeps.
        data_bytes: How much is in it.
    """

    flavor: str
    data: Path
    data_bytes: int


def prepare(service: Service) -> None:
    """Make the folders that a service expects; those that are there stay as they are."""
    folder = service.folder
    make_private_directory(folder.data)
    for name in service.server.directories if service.server else ():
        make_private_directory(folder.data / name)
    if isinstance(service.check, DirectoryCheck):
        make_private_directory(Path(service.check.directory))
    report_line(f"{folder.flavor}: keeps its data in {folder.data}")


def remove(folder: FlavorFolder, *, keep_data: bool) -> None:
    """End what still runs of a flavor and delete all that it keeps but its environment."""
    stop(folder)
    end_processes(service_processes(folder, INSTALL_MARKER), _END_SECONDS)
    if keep_data:
        folder.service.unlink(missing_ok=True)  # so that nobody asks how it is
        report_line(f"{folder.flavor}: its data stays in {folder.data}")
        return
    take_from(folder)
    if folder.path.exists():
        with explain_os_errors("delete", folder.path):
            shutil.rmtree(folder.path)
        report_line(f"{folder.flavor}: deleted {folder.path}")


def describe_leftovers(services_directory: Path) -> tuple[Leftover, ...]:
    """What is kept of each flavor, running or not; sizes are of the data only."""
    return tuple(
        Leftover(
            flavor=folder.flavor,
            data=folder.data,
            data_bytes=directory_size(folder.data),
        )
        for folder in data_folders(services_directory)
        if folder.data.is_dir()
    )


def size_in_words(size: int) -> str:
    """A size in bytes as people say it."""
    return f"{size / _MEGABYTE:,.1f} MB" if size >= _MEGABYTE / 10 else f"{size / 1000:,.0f} kB"
