"""A service's data when the packages that use it change: copied, migrated, and put back if need be.

What was healthy last is recorded. A service that is started from other packages is stopped, what
these may rewrite is copied, the data is migrated, and the service is started. When it does not
become healthy, data, environment and definition are put back as they were, and started.

The copy is there from before the migration until the outcome is settled. So whoever finds one
knows that somebody was killed in between: before the migration was done the data is put back,
and after that the new version may have been at work already, so it is started as it is.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.services import store
from matcha_tui.services.definition import Server, pinned_version
from matcha_tui.services.environment import free_megabytes
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.narration import Tell
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.supervisor import service_variables
from matcha_tui.system.files import (
    directory_size,
    explain_os_errors,
    make_private_directory,
    write_atomically,
)

_DATA, _MIGRATED = "data", "migrated"
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was healthy last.

    Attributes:
        packages: Its pinned requirements.
        lock: The digest of their lock.
        content: Its `service.json`; empty when only its data came here, from a backup.
        environment: Where its environment is; empty likewise.
    """

    packages: tuple[str, ...]
    lock: str
    content: str = ""
    environment: str = ""


def remember(service: Service) -> None:
    """Record that a service is healthy as it is."""
    folder, environment = service.folder, store.used_environment(service.folder)
    with explain_os_errors("read", folder.service):
        content = folder.service.read_text(encoding="utf-8")
    _write(folder, _describe(service, content, str(environment.path) if environment else ""))


def remember_packages(folder: FlavorFolder, packages: Sequence[str]) -> None:
    """Record which packages wrote the data that a restore has put here."""
    known = read_earlier(folder)
    if known is None or known.packages != tuple(packages):
        _write(folder, Earlier(tuple(packages), ""))


def remember_linked(folder: FlavorFolder) -> None:
    """Record what was started by an earlier version of matcha, which recorded nothing."""
    is_known = folder.last_healthy.exists()
    if not is_known and store.used_environment(folder) and folder.service.exists():
        remember(load_service(folder))


def read_earlier(folder: FlavorFolder) -> Earlier | None:
    """Return what was healthy last, if that is known."""
    try:
        record = json.loads(folder.last_healthy.read_text(encoding="utf-8"))
        return Earlier(
            tuple(record["packages"]), record["lock"], record["content"], record["environment"]
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def find_earlier(service: Service) -> Earlier | None:
    """Return what the service's data was written by, if that is another version."""
    earlier = read_earlier(service.folder)
    if earlier is None or service.server is None or not service.folder.data.is_dir():
        return None
    lock = earlier.lock or service.lock  # that of a backup is not known
    is_same = (earlier.packages, lock) == (service.server.packages, service.lock)
    return None if is_same else earlier


def describe_change(service: Service, earlier: Earlier) -> str:
    """Return both versions: ``3.11.1 -> 3.17.2``."""
    now = service.server.packages if service.server else ()
    before, after = pinned_version(earlier.packages), pinned_version(now)
    return f"{before} -> {after}" if before != after else f"{after} with newer packages"


def begin(service: Service, tell: Tell) -> None:
    """Copy what the new version may rewrite, and migrate it; the service is stopped."""
    folder, server = service.folder, service.server
    assert server is not None  # noqa: S101 - for the type checker: only a server is upgraded
    with explain_os_errors("copy", folder.data):
        found = _rewritten(folder.data, server)
        _require_space(folder, found)
        writing = folder.upgrade.with_name(".upgrade")
        shutil.rmtree(writing, ignore_errors=True)
        make_private_directory(writing / _DATA)
        for path in found:
            _copy(path, writing / _DATA / path.name)
        writing.rename(folder.upgrade)
    tell(f"{folder.flavor}: copied its data, before it is migrated")
    if server.migrate:
        _migrate(service, server, tell)
    write_atomically(folder.upgrade / _MIGRATED, "")


def is_begun(folder: FlavorFolder) -> bool:
    """Return whether there is a copy of the data whose upgrade nobody has settled."""
    return folder.upgrade.is_dir()


def is_migrated(folder: FlavorFolder) -> bool:
    """Return whether the new version may have been at work on the data since `begin`."""
    return (folder.upgrade / _MIGRATED).exists()


def put_back(service: Service, tell: Tell) -> None:
    """Put back the data that `begin` has copied; what the new version wrote is put aside."""
    folder, server = service.folder, service.server
    assert server is not None  # noqa: S101 - for the type checker, as above
    aside = folder.upgrade / "after"
    with explain_os_errors("put back", folder.data):
        (folder.upgrade / _MIGRATED).unlink(missing_ok=True)  # first: should this be killed
        make_private_directory(aside)
        for path in _rewritten(folder.data, server):
            _delete(aside / path.name)  # of an attempt that was killed
            path.rename(aside / path.name)
        for path in (folder.upgrade / _DATA).iterdir():
            _copy(path, folder.data / path.name)
        shutil.rmtree(folder.failed_upgrade, ignore_errors=True)
        aside.rename(folder.failed_upgrade)
    settle(folder, keep_failed=True)
    tell(f"{folder.flavor}: put its data back as it was before the upgrade")


def settle(folder: FlavorFolder, *, keep_failed: bool = False) -> None:
    """Forget the copy, and what failed upgrades have written: what is there now counts."""
    settled = folder.upgrade.with_name(".upgrade")
    if folder.upgrade.is_dir():
        with explain_os_errors("delete", folder.upgrade):
            folder.upgrade.rename(settled)
    shutil.rmtree(settled, ignore_errors=True)
    if not keep_failed:
        shutil.rmtree(folder.failed_upgrade, ignore_errors=True)


def go_back(folder: FlavorFolder, earlier: Earlier) -> Service | None:
    """Let the earlier version be what is started next.

    Returns:
        That version; ``None`` if it is not here any more.
    """
    environment = Path(earlier.environment)
    if not earlier.content or not (environment / "bin" / "python").exists():
        return None
    store.give_to(store.Environment(environment.parent, environment.name), folder)
    write_atomically(folder.service, earlier.content)
    return load_service(folder)


def _describe(service: Service, content: str, environment: str) -> Earlier:
    packages = service.server.packages if service.server else ()
    return Earlier(packages, service.lock, content, environment)


def _write(folder: FlavorFolder, earlier: Earlier) -> None:
    write_atomically(folder.last_healthy, json.dumps(asdict(earlier)))


def _rewritten(data: Path, server: Server) -> list[Path]:
    """Return what in a data folder another version may rewrite."""
    return sorted({path for pattern in server.migrates for path in data.glob(pattern)})


def _migrate(service: Service, server: Server, tell: Tell) -> None:
    folder = service.folder
    tell(f"{folder.flavor}: migrates its data")
    with (
        explain_os_errors("run", Path(server.migrate[0])),
        subprocess.Popen(
            server.migrate,
            cwd=folder.data,
            env=service_variables(folder, server),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        for line in process.stdout:
            tell(f"{folder.flavor} | {line.rstrip()}")
    if process.returncode != 0:
        raise MatchaError(
            f"its data could not be migrated (status {process.returncode})",
            hint="What the migration said is above.",
        )


def _require_space(folder: FlavorFolder, found: Sequence[Path]) -> None:
    needed = 1 + sum(map(_size, found)) // _MEGABYTE
    free = free_megabytes(folder.path)
    if free < needed:
        raise MatchaError(
            f"{folder.flavor} needs {needed} MB of disk for a copy of its data before an upgrade,"
            f" and {free} MB are free",
            hint="Free some space, then run the same command again.",
        )


def _size(path: Path) -> int:
    return directory_size(path) if path.is_dir() else path.lstat().st_size


def _copy(path: Path, target: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, target, symlinks=True)
    else:
        shutil.copy2(path, target, follow_symlinks=False)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
