"""The files of a project's supervisor: its configuration, socket, process id and lock.

The configuration holds no path but names relative to the services directory, in which the
supervisor works, and variables. Supervisor expands some values twice, and so would take a
`%` in a variable's value for another variable: only what it expands once has one.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from matcha_tui.errors import MatchaError
from matcha_tui.files import make_private_directory, write_atomically
from matcha_tui.locks import wait_for_lock
from matcha_tui.services.processes import shown_by_psutil

_SOCKET_PATH_BYTES = 88
"""A socket's path may have 103 bytes on macOS, and supervisord appends its pid at first."""

OPEN_FILES = 1024
"""What the supervisor and each service may have open at once, at least."""

_CONFIGURATION = f"""\
[supervisord]
identifier = matcha
nodaemon = true
silent = true
nocleanup = true
childlogdir = .
minfds = {OPEN_FILES}
minprocs = 1
logfile = supervisor.log
logfile_maxbytes = 1MB
logfile_backups = 1
pidfile = supervisor.pid

[unix_http_server]
file = %(ENV_MATCHA_SUPERVISOR_SOCKET)s
chmod = 0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[rpcinterface:logs]
supervisor.rpcinterface_factory = matcha_tui.services.logs:rotate_inside_supervisor
"""


@dataclass(frozen=True, slots=True)
class SupervisorFiles:
    """Where the supervisor of one services directory keeps its things."""

    services_directory: Path

    @property
    def configuration(self) -> Path:
        """What supervisord reads: nothing in it is secret or holds a path."""
        return self.services_directory / "supervisor.conf"

    @property
    def pid(self) -> Path:
        """Written by supervisord."""
        return self.services_directory / "supervisor.pid"

    @property
    def log(self) -> Path:
        """Written by supervisord."""
        return self.services_directory / "supervisor.log"

    @property
    def address(self) -> Path:
        """Holds the path of the socket, which may be elsewhere."""
        return self.services_directory / "supervisor.address"

    @property
    def lock(self) -> Path:
        """Held by whoever changes the supervisor or its configuration."""
        return self.services_directory / "supervisor.lock"

    def read_address(self) -> Path | None:
        """The socket of the supervisor that was launched last."""
        try:
            return Path(os.fsdecode(self.address.read_bytes()))
        except FileNotFoundError:
            return None

    def read_pid(self) -> int | None:
        """The supervisor's recorded process id, alive or not."""
        try:
            return int(self.pid.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def write_configuration(self) -> None:
        """Write the configuration anew, with all programs that shall run."""
        programs = sorted(self.services_directory.glob("*/program.conf"))
        texts = [_CONFIGURATION, *(path.read_text(encoding="utf-8") for path in programs)]
        write_atomically(self.configuration, "\n".join(texts))

    def remove(self) -> None:
        """Remove them all but the lock."""
        socket_path = self.read_address()
        if socket_path is not None:
            socket_path.unlink(missing_ok=True)
        rotated = self.log.with_name(f"{self.log.name}.1")
        for path in (self.configuration, self.pid, self.log, rotated, self.address):
            path.unlink(missing_ok=True)


def find_supervisor(services_directory: Path) -> psutil.Process | None:
    """The supervisor's process, if it lives."""
    files = SupervisorFiles(services_directory.resolve())
    pid = files.read_pid()
    try:
        process = psutil.Process(pid) if pid else None
        words = process.cmdline() if process else []
    except psutil.Error:
        return None
    configuration = shown_by_psutil(str(files.configuration))
    return process if configuration in map(shown_by_psutil, words) else None


@contextmanager
def locked(files: SupervisorFiles) -> Iterator[None]:
    """Keep others from changing the supervisor meanwhile; services start side by side."""
    make_private_directory(files.services_directory)
    with wait_for_lock(files.lock):
        yield


def choose_socket_path(services_directory: Path) -> Path:
    """Where the socket goes: beside the rest, or to a short private path if that is too long.

    Raises:
        MatchaError: If somebody else owns the directory that it would go to.
    """
    beside = services_directory / "supervisor.sock"
    if len(os.fsencode(beside)) <= _SOCKET_PATH_BYTES:
        return beside
    name = hashlib.sha256(os.fsencode(services_directory)).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    for base in (runtime, tempfile.gettempdir(), "/tmp"):  # noqa: S108 - checked below
        path = Path(base) / f"matcha-{os.getuid()}" / f"{name}.sock"
        is_usable = path.is_absolute() and Path(base).is_dir()
        if is_usable and len(os.fsencode(path)) <= _SOCKET_PATH_BYTES:
            _make_own_directory(path.parent)
            return path
    raise MatchaError(
        f"the path of {services_directory} is too long for the supervisor's socket",
        hint="Set TMPDIR to a short path.",
    )


def _make_own_directory(path: Path) -> None:
    make_private_directory(path)
    status = path.lstat()
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not is_own or stat.S_IMODE(status.st_mode) & 0o077:
        raise MatchaError(
            f"{path} is not private to you", hint="Remove it, or set TMPDIR to a folder of yours."
        )
