"""What a flavor keeps on disk: prepared first, removed last.

Data in a folder outside of the project is lasting: it stays until somebody says otherwise.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import DirectoryCheck, HttpCheck
from matcha_tui.services.layout import FlavorFolder, data_folders
from matcha_tui.services.leader import INSTALL_MARKER, service_processes
from matcha_tui.services.narration import report_line
from matcha_tui.services.service import Service, load_service
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
        entries: For a folder that is not only its own, what in it is.
    """

    flavor: str
    data: Path
    data_bytes: int
    entries: tuple[Path, ...] = ()


def prepare(service: Service) -> None:
    """Make the folders that a service expects; those that are there stay as they are."""
    folder = service.folder
    if isinstance(service.check, HttpCheck):
        make_private_directory(folder.data)
    for name in service.server.directories if service.server else ():
        make_private_directory(folder.data / name)
    kept_in = folder.data
    if isinstance(service.check, DirectoryCheck):
        kept_in = make_private_directory(Path(service.check.directory))
        if not kept_in.is_relative_to(folder.path):
            _move_earlier_data(folder, kept_in)
    report_line(f"{folder.flavor}: keeps its data in {kept_in}")


def remove(folder: FlavorFolder, *, keep_data: bool, delete_lasting: bool = False) -> None:
    """End what still runs of a flavor and delete all that it keeps but its environment.

    Args:
        folder: The flavor's.
        keep_data: Whether what it keeps in the project stays.
        delete_lasting: Whether what it keeps outside of the project goes, too.
    """
    lasting = find_lasting(folder)
    stop(folder)
    end_processes(service_processes(folder, INSTALL_MARKER), _END_SECONDS)
    if keep_data:
        folder.service.unlink(missing_ok=True)  # so that nobody asks how it is
        report_line(
            f"{folder.flavor}: its data stays in {lasting.data if lasting else folder.data}"
        )
        return
    take_from(folder)
    if folder.path.exists():
        with explain_os_errors("delete", folder.path):
            shutil.rmtree(folder.path)
        report_line(f"{folder.flavor}: deleted {folder.path}")
    if lasting and delete_lasting:
        _delete_lasting(lasting)
    elif lasting:
        report_line(f"{folder.flavor}: its data stays in {lasting.data}")


def find_lasting(folder: FlavorFolder) -> Leftover | None:
    """Return what a flavor keeps outside of the project, if it does."""
    try:
        check = load_service(folder).check
    except MatchaError:  # never prepared, or damaged: nobody knows of such a folder
        return None
    if not isinstance(check, DirectoryCheck):
        return None
    directory = Path(check.directory)
    if directory.is_relative_to(folder.path) or not directory.is_dir():
        return None
    own, _ = _sort_entries(directory, check.contents)
    return Leftover(folder.flavor, directory, sum(map(directory_size, own)), tuple(own))


def foreign_entries(directory: Path, contents: Sequence[str]) -> list[str]:
    """Return what is in a folder and was not put there by the flavor's program, by name."""
    _, foreign = _sort_entries(directory, contents)
    return [path.name for path in foreign]


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


def _sort_entries(directory: Path, contents: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """Return what in a folder the flavor's program has made, and what is somebody's own."""
    own: list[Path] = []
    foreign: list[Path] = []
    with explain_os_errors("look into", directory):
        for path in sorted(directory.iterdir()):
            is_own = any(re.fullmatch(pattern, path.name) for pattern in contents)
            (own if is_own else foreign).append(path)
    return own, foreign


def _delete_lasting(lasting: Leftover) -> None:
    """Delete what the flavor keeps in a folder, and the folder if that was all in it."""
    with explain_os_errors("delete", lasting.data):
        for path in lasting.entries:
            shutil.rmtree(path)
        if not any(lasting.data.iterdir()):
            lasting.data.rmdir()
    report_line(f"{lasting.flavor}: deleted its data in {lasting.data}")


def _move_earlier_data(folder: FlavorFolder, kept_in: Path) -> None:
    """Move what an earlier version kept in the project, where the next destroy deleted it."""
    earlier = folder.earlier_data
    if not earlier.is_dir():
        return
    with explain_os_errors("move the data to", kept_in):
        shutil.copytree(earlier, kept_in, dirs_exist_ok=True)
        shutil.rmtree(earlier)
    report_line(f"{folder.flavor}: moved its data from {earlier} to {kept_in}")
