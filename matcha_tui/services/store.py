"""The environment store: finished Python environments, shared by all projects of a user.

- An environment is named by the digest of all that it is made from, so it never changes.
- It gets its name when it is whole: what has a name can be used, and nothing else counts.
- A lock is held while one is made, given to a project or removed.
- A project has a symbolic link to what it uses, and the store a record of the project. A
  record counts as long as that link is there and leads here.
- A service writes nothing into its environment. Its bytecode goes into a folder beside it:
  compiling all that is installed takes minutes and importing what the service needs takes
  as long as starting it, while the first start compiles just that, by the way.
"""

import hashlib
import json
import os
import platform
import shutil
import stat
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.services.layout import FlavorFolder
from matcha_tui.system.files import (
    explain_os_errors,
    make_private_directory,
    user_cache,
    write_atomically,
)
from matcha_tui.system.locks import wait_for_lock

_FORMAT = 1
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment of the store, which need not be made yet.

    Attributes:
        store: The folder of them all.
        name: The flavor's name and the digest: ``mlflow-0123456789abcdef``.
    """

    store: Path
    name: str

    @property
    def path(self) -> Path:
        """The environment itself."""
        return self.store / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def flavor(self) -> str:
        """For which flavor it was made."""
        return self.name.rpartition("-")[0]

    @property
    def bytecode(self) -> Path:
        """Where Python keeps what it compiles of it."""
        return self.store / ".bytecode" / self.name

    @property
    def uses(self) -> Path:
        """One record for each project that has used it."""
        return self.store / ".uses" / self.name

    @property
    def lock(self) -> Path:
        """Held by whoever makes it, gives it to a project or removes it."""
        return self.store / ".locks" / self.name

    @property
    def is_whole(self) -> bool:
        """Whether it can be used; an interpreter that has gone takes its environments along."""
        return self.python.exists() and (self.path / "pyvenv.cfg").is_file()


def store_folder() -> Path:
    """Where this user's environments are; it need not exist."""
    return (user_cache(os.environ) / "environments").resolve()


def making_folder(store: Path) -> Path:
    """Where environments are until they are whole, and on their way out."""
    return store / ".making"


def find_environment(flavor: str, packages: Sequence[str], lock: str) -> Environment:
    """The environment that a flavor needs on this machine, with this Python; made or not."""
    made_from = [
        *(_FORMAT, lock or list(packages)),
        *(sys.implementation.name, platform.python_version(), sys.base_prefix),
        sysconfig.get_platform(),
    ]
    digest = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
    return Environment(store_folder(), f"{flavor}-{digest[:_DIGEST_CHARACTERS]}")


def list_environments(store: Path) -> tuple[Environment, ...]:
    """All that have a name, by name."""
    found = sorted(path.name for path in store.glob("[!.]*") if path.is_dir())
    return tuple(Environment(store, name) for name in found)


def used_environment(folder: FlavorFolder) -> Environment | None:
    """The environment that a project's flavor is linked to, whole or not."""
    try:
        target = folder.environment.readlink()
    except OSError:  # none, or a folder of its own, as earlier versions made them
        return None
    return Environment(target.parent, target.name)


@contextmanager
def hold(environment: Environment, on_wait: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Hold an environment's lock inside the block; others wait for it."""
    make_private_directory(environment.lock.parent)
    with wait_for_lock(environment.lock, on_wait) as descriptor:
        yield descriptor


def give_name(environment: Environment, made: Path) -> None:
    """Take a whole environment into the store, read-only; for whoever holds its lock.

    Only its folders are made so: its files are hard links to those in uv's cache.
    """
    with explain_os_errors("write", environment.path):
        discard(environment.path)  # one whose interpreter has gone
        for parent, _, _ in os.walk(made):
            if parent != str(made):
                Path(parent).chmod(0o500)
        made.rename(environment.path)
        environment.path.chmod(0o500)


def give_to(environment: Environment, folder: FlavorFolder) -> None:
    """Let a project use an environment; for whoever holds its lock.

    An environment that an earlier version made in the project's folder is deleted.
    """
    record_use(environment, folder)
    if used_environment(folder) == environment:
        return
    link = folder.environment
    with explain_os_errors("write", link):
        temporary = link.with_name(f".{link.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(environment.path, target_is_directory=True)
        if not link.is_symlink():
            discard(link)
        temporary.replace(link)


def take_from(folder: FlavorFolder) -> None:
    """Let a project use its environment no more; it stays in the store."""
    environment = used_environment(folder)
    if environment is None:
        return
    with explain_os_errors("delete", folder.environment):
        folder.environment.unlink()
    with suppress(OSError):  # without the link the record does not count
        _record(environment, folder).unlink(missing_ok=True)
        os.utime(environment.path)  # which was in use until now


def record_use(environment: Environment, folder: FlavorFolder) -> None:
    """Record that a project uses an environment, and that it does so now."""
    make_private_directory(environment.uses)
    write_atomically(_record(environment, folder), os.fsencode(folder.path))


def users(environment: Environment) -> tuple[FlavorFolder, ...]:
    """The folders of the projects' flavors that use an environment, by path."""
    records = [path for path in environment.uses.glob("[!.]*") if path.is_file()]
    folders = [FlavorFolder(Path(os.fsdecode(path.read_bytes()))) for path in records]
    found = [folder for folder in folders if used_environment(folder) == environment]
    return tuple(sorted(found, key=lambda folder: folder.path))


def last_used(environment: Environment) -> float:
    """When a service was last installed or started in it, as seconds since the epoch."""
    places = [environment.path, *environment.uses.glob("[!.]*")]
    return max(path.stat().st_mtime for path in places)


def discard(path: Path) -> None:
    """Delete a folder with all that is in it, read-only folders, too; it may be missing."""
    if not path.exists():
        return
    for parent, _, _ in os.walk(path):
        Path(parent).chmod(stat.S_IRWXU)
    shutil.rmtree(path)


def _record(environment: Environment, folder: FlavorFolder) -> Path:
    digest = hashlib.sha256(os.fsencode(folder.path)).hexdigest()
    return environment.uses / digest[:_DIGEST_CHARACTERS]
