"""What is in the environment store, who uses it, and what nobody does any more."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from matcha_tui.services import store
from matcha_tui.services.store import Environment
from matcha_tui.system.files import directory_size, explain_os_errors, make_private_directory
from matcha_tui.system.locks import is_locked

_VARIABLES = ("PATH", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class StoredEnvironment:
    """One environment, and what is known of it.

    Attributes:
        environment: Which one.
        python: The version of its Python; empty if it does not say.
        size: How many bytes it has, with its bytecode; uv's cache may share some of them.
        last_used: When a service was last installed or started in it.
        projects: The folders of the projects that use it.
        is_running: Whether a process runs from it.
    """

    environment: Environment
    python: str
    size: int
    last_used: datetime
    projects: tuple[Path, ...]
    is_running: bool

    @property
    def is_used(self) -> bool:
        """Whether it must stay."""
        return bool(self.projects) or self.is_running


def describe_store() -> tuple[StoredEnvironment, ...]:
    """Describe every environment of the store, by name."""
    environments = store.list_environments(store.store_folder())
    running = _running(environments)
    return tuple(
        StoredEnvironment(
            environment,
            _python_version(environment),
            directory_size(environment.path) + directory_size(environment.bytecode),
            datetime.fromtimestamp(store.last_used(environment), UTC),
            # .matcha/services/<flavor> of each
            tuple(folder.path.parents[2] for folder in store.users(environment)),
            environment in running,
        )
        for environment in environments
    )


def remove_unused(entry: StoredEnvironment) -> bool:
    """Remove an environment unless somebody uses it by now.

    Returns:
        Whether it was removed.
    """
    environment = entry.environment
    if is_locked(environment.lock):  # it is being given to a project
        return False
    with store.hold(environment):
        if store.users(environment) or _running((environment,)):
            return False
        _remove(environment)
        return True


def clean_store() -> None:
    """Remove what interrupted work has left, and what belonged to environments that are gone."""
    folder = store.store_folder()
    for left in sorted(store.making_folder(folder).glob("*")):
        if not is_locked(Environment(folder, left.name.partition(".")[0]).lock):
            with explain_os_errors("delete", left):
                store.discard(left)
    beside = [path.name for kind in (".bytecode", ".uses") for path in folder.glob(f"{kind}/*")]
    for environment in {Environment(folder, name) for name in beside}:
        if not environment.path.exists() and not is_locked(environment.lock):
            with store.hold(environment):
                if not environment.path.exists():
                    _remove(environment)


def _remove(environment: Environment) -> None:
    making = make_private_directory(store.making_folder(environment.store))
    with explain_os_errors("delete", environment.path):
        if environment.path.exists():
            # Its name goes first: half an environment must not count as one.
            going = making / f"{environment.name}.removed"
            store.discard(going)
            environment.path.chmod(0o700)
            environment.path.rename(going)
            store.discard(going)
        store.discard(environment.bytecode)
        store.discard(environment.uses)


def _running(environments: tuple[Environment, ...]) -> set[Environment]:
    """Those that a process of this user runs from."""
    found: set[Environment] = set()
    for process in psutil.process_iter():
        left = [environment for environment in environments if environment not in found]
        if not left:
            break
        places = _places(process)
        found |= {environment for environment in left if _is_below(environment, places)}
    return found


def _places(process: psutil.Process) -> set[str]:
    """The paths by which a process shows what it runs from; none of another user's."""
    found: set[str] = set()
    with suppress(psutil.Error):
        if process.uids().real == os.getuid():
            for ask in (_mentioned, _inherited, _mapped):
                with suppress(psutil.Error, OSError):  # it may end at any moment
                    found.update(ask(process))
    return found


def _mentioned(process: psutil.Process) -> Iterator[str]:
    folder = process.cwd()
    yield folder
    for argument in process.cmdline():
        if "/" in argument and "\0" not in argument:
            # The last part stays: an environment's python is a link to one outside of it.
            place = Path(folder, argument)
            yield str(place.parent.resolve() / place.name)


def _inherited(process: psutil.Process) -> Iterator[str]:
    variables = process.environ()
    for name in _VARIABLES:
        yield from variables.get(name, "").split(os.pathsep)


def _mapped(process: psutil.Process) -> Iterator[str]:
    if hasattr(process, "memory_maps"):  # not on macOS
        yield from (mapped.path for mapped in process.memory_maps())


def _is_below(environment: Environment, places: set[str]) -> bool:
    roots = (f"{environment.path}/", f"{environment.bytecode}/")
    return any(f"{place}/".startswith(roots) for place in places)


def _python_version(environment: Environment) -> str:
    with suppress(OSError):
        for line in (environment.path / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name.strip() in ("version", "version_info"):
                return value.strip()
    return ""
