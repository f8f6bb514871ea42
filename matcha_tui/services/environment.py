"""A service's Python environment: made by uv in the environment store, whole or not at all.

It is made under another name, and an interrupted making leaves nothing that counts: the
next one deletes it, and takes seconds because uv has kept what it downloaded.
"""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import uv

from matcha_tui.errors import MatchaError
from matcha_tui.services import store
from matcha_tui.services.definition import LOCK, DirectoryCheck, Server
from matcha_tui.services.explain_uv import explain_failure
from matcha_tui.services.index import mask, uv_environment
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.leader import INSTALL_MARKER, service_processes
from matcha_tui.services.narration import report_line
from matcha_tui.services.package_lock import check_lock
from matcha_tui.services.service import Service
from matcha_tui.services.store import Environment
from matcha_tui.system.files import explain_os_errors, make_private_directory
from matcha_tui.system.processes import end_processes

_MEGABYTE = 1024 * 1024
_CLIENTS_MEGABYTES = 1200
_END_SECONDS = 5
_NOT_FOR_SERVICES = {
    *("site-packages", "dist-packages", "test", "tests", "idlelib", "lib2to3", "tkinter"),
    *("ensurepip", "turtledemo", "pydoc_data"),
}


def install(service: Service, definition: Path) -> None:
    """Let the service use its environment, which is made unless it is in the store."""
    folder, server = service.folder, service.server
    if server is None:
        return
    end_processes(service_processes(folder, INSTALL_MARKER), _END_SECONDS)  # of a killed install
    make_private_directory(folder.path)
    environment = store.find_environment(folder.flavor, server.packages, service.lock)
    waiting = f"{folder.flavor}: waits for another matcha that makes or removes its environment"
    with store.hold(environment, lambda: report_line(waiting)) as lock:
        if environment.is_whole:
            report_line(f"{folder.flavor}: its environment is there already, in {environment.path}")
        else:
            lock_file = definition.with_name(LOCK) if service.lock else None
            _make(environment, folder, server, lock_file, lock)
        store.give_to(environment, folder)


def install_clients(folder: FlavorFolder, packages: tuple[str, ...]) -> None:
    """Make an environment of packages that are no server, as a user's own code would have it."""
    server = Server(packages, (), {}, (), 0.0, _CLIENTS_MEGABYTES)
    nothing = DirectoryCheck(str(folder.path))
    install(Service(folder, folder.flavor, {}, server, nothing, "", ""), folder.path)


def is_installed(folder: FlavorFolder) -> bool:
    """Whether a flavor is linked to an environment that can be used."""
    environment = store.used_environment(folder)
    return environment is not None and environment.is_whole


def free_megabytes(path: Path) -> int:
    """How much disk is free where a folder is, or will be."""
    while not path.exists():
        path = path.parent
    with explain_os_errors("look at", path):
        return shutil.disk_usage(path).free // _MEGABYTE


def _make(
    environment: Environment,
    folder: FlavorFolder,
    server: Server,
    lock_file: Path | None,
    lock: int,
) -> None:
    making = make_private_directory(store.making_folder(environment.store))
    for left in making.glob(f"{environment.name}.*"):  # nobody holds it: we have the lock
        store.discard(left)
    _require_disk(folder, server, making)
    requirements = ["--", *server.packages] if server.packages else []
    if lock_file:
        check_lock(lock_file, server.packages)
        # The lock has whatever they need: nothing is left to be resolved.
        requirements = ["--require-hashes", "--no-deps", "--requirements", str(lock_file)]
    report_line(f"{folder.flavor}: making its environment, with Python {platform.python_version()}")
    temporary = Path(tempfile.mkdtemp(prefix=f"{environment.name}.", dir=making))
    try:
        made = temporary / "environment"
        venv = ("venv", "--quiet", "--relocatable", "--no-project", "--python", sys.executable)
        _run_uv(folder, [*venv, str(made)], lock)
        if requirements:
            python = str(made / "bin" / "python")
            _run_uv(folder, ["pip", "install", "--python", python, *requirements], lock)
        _copy_bytecode(environment)
        store.give_name(environment, made)
    finally:
        store.discard(temporary)


def _require_disk(folder: FlavorFolder, server: Server, place: Path) -> None:
    free = free_megabytes(place)
    if free < server.disk_megabytes:
        raise MatchaError(
            f"{folder.flavor} needs {server.disk_megabytes} MB of disk,"
            f" and {free} MB are free at {place.parent}",
            hint="Free some space, perhaps with `matcha cache prune`,"
            " then run the same command again.",
        )


def _copy_bytecode(environment: Environment) -> None:
    """Put what the standard library is compiled to where the service looks for it.

    Python looks for all bytecode in one place: without this, the first start would spend
    some two seconds of CPU on modules that are compiled already.
    """
    library = Path(sysconfig.get_path("stdlib"))
    for parent, names, _ in os.walk(library):
        names[:] = [name for name in names if name not in _NOT_FOR_SERVICES]
        compiled = Path(parent, "__pycache__")
        if not compiled.is_dir():
            continue
        place = make_private_directory(environment.bytecode / parent.lstrip("/"))
        for path in compiled.glob(f"*.{sys.implementation.cache_tag}.pyc"):
            shutil.copyfile(path, place / path.name)
        names.remove("__pycache__")


def _run_uv(folder: FlavorFolder, arguments: list[str], lock: int) -> None:
    # At the root, because below a project uv would take that project's settings. It has the
    # lock, too: should we be killed, nobody else begins while it is at work.
    variables = uv_environment(os.environ)
    with subprocess.Popen(
        [uv.find_uv_bin(), "--color", "never", *arguments],
        cwd="/",
        env={**variables, INSTALL_MARKER: str(folder.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        pass_fds=(lock,),
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        lines = []
        for line in process.stdout:
            lines.append(mask(line.rstrip(), variables))
            report_line(f"{folder.flavor}: {lines[-1]}")
    if process.returncode < 0:
        raise MatchaError(
            f"cannot install {folder.flavor}: uv was killed by signal {-process.returncode}",
            hint="Run the same command again: what was downloaded is kept.",
        )
    if process.returncode != 0:
        raise explain_failure(folder.flavor, "\n".join(lines))
