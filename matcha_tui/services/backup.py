"""What the services of a project hold, written to one archive and put back.

A database of SQLite is copied through its backup interface while its server works; a server
whose other files would not fit that copy is stopped for as long as it is read.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.services.archive import ArchiveWriter, extract, read_members
from matcha_tui.services.layout import CLIENTS, FlavorFolder, data_folders, flavor_folder
from matcha_tui.services.leader import living_leader
from matcha_tui.services.narration import Tell
from matcha_tui.services.pause import start_services, stop_services
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.storage import find_lasting
from matcha_tui.services.upgrade import remember_packages
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically

_SQLITE = b"SQLite format 3\0"
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")
_DATA, _LASTING, _VALUES = "data", "lasting", "values.json"
_UNPACKED = ".restoring"


def back_up_services(
    services_directory: Path, archive: ArchiveWriter, *, with_secrets: bool, tell: Tell
) -> dict[str, Any]:
    """Add all that services hold to an archive.

    Returns:
        Flavor to what is to be known of it.
    """
    facts: dict[str, Any] = {}
    for folder in data_folders(services_directory):
        if folder.flavor == CLIENTS:
            continue
        try:
            service = load_service(folder)
        except MatchaError:  # of a module that was removed: its data is kept, and nothing else
            service = None
        with _resting(folder, service, tell):
            count = sum(1 for _ in _add_folder(archive, f"{folder.flavor}/{_DATA}", folder.data))
            if lasting := find_lasting(folder):
                for path in lasting.entries:
                    name = f"{folder.flavor}/{_LASTING}/{path.name}"
                    count += sum(1 for _ in _add_folder(archive, name, path))
        if with_secrets and folder.values.is_file():
            archive.add(f"{folder.flavor}/{_VALUES}", folder.values)
        packages = list(service.server.packages) if service and service.server else []
        facts[folder.flavor] = {"packages": packages, "files": count}
        tell(f"{folder.flavor}: {count} files")
    return facts


def require_room(services_directory: Path, flavors: Sequence[str], *, replace: bool) -> None:
    """Refuse to put data where there is some, unless it is to be replaced.

    Raises:
        MatchaError: If something is there, naming it.
    """
    for flavor in flavors:
        data = flavor_folder(services_directory, flavor).data
        if not replace and data.is_dir() and any(path.is_file() for path in data.rglob("*")):
            raise MatchaError(
                f"{flavor} holds data already, in {data}",
                hint="Restore into another project, or give --replace to have it replaced.",
                exit_code=ExitCode.REFUSED,
            )


def restore_services(
    services_directory: Path,
    path: Path,
    flavors: Mapping[str, Sequence[str]],
    lasting: Mapping[str, Path],
    tell: Tell,
) -> None:
    """Put back what an archive holds; what is there now is replaced when all of it is unpacked.

    Args:
        services_directory: Where services are, or will be.
        path: The archive, which was checked.
        flavors: Whose data it holds, to the packages that wrote it.
        lasting: Flavor to the folder outside of the project.
        tell: Called with what is done, a line at a time.
    """
    folders = [flavor_folder(services_directory, name) for name in flavors]
    places: dict[str, Path] = {}
    for folder in folders:
        make_private_directory(folder.path)
        places[f"{folder.flavor}/{_DATA}"] = _unpacked(folder)
        if folder.flavor in lasting:
            staged = make_private_directory(lasting[folder.flavor]) / _UNPACKED
            places[f"{folder.flavor}/{_LASTING}"] = staged
    try:
        _delete_all(places.values())
        extract(path, places)
        values = _read_values(path, tuple(flavors))
    except BaseException:
        _delete_all(places.values())
        raise
    running = [folder for folder in folders if living_leader(folder)]
    stop_services(running, tell)
    for folder in folders:
        _swap(folder)
        if folder.flavor in lasting:
            _merge(lasting[folder.flavor] / _UNPACKED, lasting[folder.flavor])
        if folder.flavor in values:
            write_atomically(folder.values, values[folder.flavor])
        if flavors[folder.flavor]:
            remember_packages(folder, flavors[folder.flavor])
        tell(f"{folder.flavor}: put back")
    start_services(running, tell)


def _add_folder(archive: ArchiveWriter, prefix: str, folder: Path) -> Iterator[str]:
    """Add every file below a folder; yield each name."""
    with explain_os_errors("read", folder):
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink() or _is_beside_sqlite(path):
                continue
            name = f"{prefix}/{path.relative_to(folder)}"
            if _is_sqlite(path):
                with _copied(path) as copy:
                    archive.add(name, copy)
            else:
                archive.add(name, path)
            yield name


@contextmanager
def _copied(database: Path) -> Iterator[Path]:
    """Copy a database as of one moment, while others write to it."""
    with tempfile.TemporaryDirectory(dir=database.parent) as place:
        copy = Path(place) / database.name
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        yield copy


@contextmanager
def _resting(folder: FlavorFolder, service: Service | None, tell: Tell) -> Iterator[None]:
    """Stop a server while it is read, if what it holds is only whole then."""
    must_rest = bool(service and service.server and service.server.rests_for_backup)
    if not must_rest or living_leader(folder) is None:
        yield
        return
    tell(f"{folder.flavor}: stops for as long as it is read")
    stop_services([folder], lambda _line: None)
    try:
        yield
    finally:
        start_services([folder], tell)


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(len(_SQLITE)) == _SQLITE


def _is_beside_sqlite(path: Path) -> bool:
    for ending in _BESIDE_SQLITE:
        if path.name.endswith(ending):
            database = path.with_name(path.name.removesuffix(ending))
            return database.is_file() and _is_sqlite(database)
    return False


def _unpacked(folder: FlavorFolder) -> Path:
    return folder.path / _UNPACKED


def _delete_all(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _merge(staged: Path, kept_in: Path) -> None:
    """Move what was unpacked beside what is there; what has the same name has the same content."""
    with explain_os_errors("write", kept_in):
        for path in sorted(staged.rglob("*")):
            target = kept_in / path.relative_to(staged)
            if path.is_dir():
                make_private_directory(target)
            elif not target.exists():
                path.rename(target)
        shutil.rmtree(staged, ignore_errors=True)


def _swap(folder: FlavorFolder) -> None:
    before, unpacked = folder.path / ".before", _unpacked(folder)
    with explain_os_errors("replace", folder.data):
        shutil.rmtree(before, ignore_errors=True)
        make_private_directory(unpacked)
        if folder.data.exists():
            folder.data.rename(before)
        unpacked.rename(folder.data)
        shutil.rmtree(before, ignore_errors=True)


def _read_values(path: Path, flavors: Sequence[str]) -> dict[str, bytes]:
    """Return the secrets and ports that an archive has, by flavor, as the files' content."""
    names = {f"{flavor}/{_VALUES}": flavor for flavor in flavors}
    return {names[name]: content for name, content in read_members(path, names).items()}
