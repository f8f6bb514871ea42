"""A service's Python environment: made by uv, whole or not at all.

A marker is written last. So a finished environment is left as it is, and an interrupted
one is made anew, which takes seconds because uv has kept what it downloaded.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys

import uv

from matcha_tui.errors import MatchaError
from matcha_tui.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.services.definition import Server
from matcha_tui.services.explain_uv import explain_failure
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.narration import say
from matcha_tui.services.processes import INSTALL_MARKER, end_processes, marked_processes
from matcha_tui.services.service import Service

_MEGABYTE = 1024 * 1024
_MARKER = ".matcha-installed"
_END_SECONDS = 5
_PYTHON_VARIABLES = ("CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")


def install(service: Service) -> None:
    """Make the service's environment; returns at once if it is there.

    Raises:
        MatchaError: If it cannot be made. What was downloaded is kept for the next time.
    """
    folder, server = service.folder, service.server
    if server is None:
        return
    if is_installed(folder, server):
        say(f"{folder.flavor}: its environment is there already")
        return
    end_processes(marked_processes(folder, INSTALL_MARKER), _END_SECONDS)  # of a killed install
    make_private_directory(folder.path)
    _require_disk(folder, server)
    marker = folder.environment / _MARKER
    marker.unlink(missing_ok=True)
    say(f"{folder.flavor}: making its environment, with Python {platform.python_version()}")
    _run_uv(
        folder,
        ["venv", "--quiet", "--clear", "--relocatable", "--no-project", "--python", sys.executable],
        str(folder.environment),
    )
    if server.packages:
        _run_uv(
            folder,
            ["pip", "install", "--python", str(folder.environment / "bin" / "python")],
            *server.packages,
        )
    write_atomically(marker, _describe(server))


def is_installed(folder: FlavorFolder, server: Server) -> bool:
    """Whether the service's environment is there, whole, and made for this definition."""
    marker = folder.environment / _MARKER
    return marker.exists() and marker.read_text(encoding="utf-8") == _describe(server)


def _describe(server: Server) -> str:
    text = json.dumps([server.packages, sys.version, sys.base_prefix])
    return hashlib.sha256(text.encode()).hexdigest()


def _require_disk(folder: FlavorFolder, server: Server) -> None:
    with explain_os_errors("look at", folder.path):
        free = shutil.disk_usage(folder.path).free // _MEGABYTE
    if free < server.disk_megabytes:
        raise MatchaError(
            f"{folder.flavor} needs {server.disk_megabytes} MB of disk,"
            f" and {free} MB are free at {folder.path}",
            hint="Free some space, then run the same command again.",
        )


def _run_uv(folder: FlavorFolder, arguments: list[str], *operands: str) -> None:
    # At the root, because below a project uv would take that project's settings.
    with subprocess.Popen(
        [uv.find_uv_bin(), "--color", "never", *arguments, "--", *operands],
        cwd="/",
        env=_variables(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            say(f"{folder.flavor}: {lines[-1]}")
    if process.returncode != 0:
        raise explain_failure(folder.flavor, "\n".join(lines))


def _variables(folder: FlavorFolder) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if name not in _PYTHON_VARIABLES}
    return variables | {INSTALL_MARKER: str(folder.path), "NO_COLOR": "1"}
