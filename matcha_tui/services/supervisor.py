"""A service's supervisor: a process that starts the service, and again when it crashes.

- Each service has one, in a session of its own: it outlives the terminal and Terraform, and
  nothing that happens to one reaches another.
- It holds a lock for as long as it lives, so whether there is one is never guessed from a
  number. A variable in its environment names its service.
- A service outlives its supervisor and writes its log itself. The next supervisor watches it as
  it is.
"""

import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import Server
from matcha_tui.services.layout import FlavorFolder, flavor_folders
from matcha_tui.services.leader import (
    SERVICE_MARKER,
    Leader,
    end_service,
    living_leader,
    service_processes,
    write_leader,
)
from matcha_tui.services.logs import note_size, open_log, rotate
from matcha_tui.services.narration import report_line
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.store import record_use, used_environment
from matcha_tui.system.files import explain_os_errors, make_private_directory
from matcha_tui.system.locks import is_locked, try_lock
from matcha_tui.system.processes import (
    Process,
    end_processes,
    find_process,
    is_run_with,
    marked_processes,
    wait_for_end,
)

SUPERVISOR_MARKER = "MATCHA_SUPERVISES"
"""Names the flavor folder of a service, in its supervisor's environment."""

OPEN_FILES = 1024
"""What a service may have open at once, at least."""

_INHERITED = {
    "ALL_PROXY", "CURL_CA_BUNDLE", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LANGUAGE",
    "LOGNAME", "NO_PROXY", "PATH", "REQUESTS_CA_BUNDLE", "SHELL", "SSL_CERT_DIR",
    "SSL_CERT_FILE", "TMPDIR", "TZ", "USER",
}  # fmt: skip

RESTART_NOTE = "has ended, and is started again"
"""Is in the line that the supervisor writes into a service's log once that has ended."""

_LIVELY_SECONDS = 10  # what ends sooner after its start is started again after a growing pause
_RETRIES = 100  # each pause is a second longer: it gives up after more than an hour
_WATCH_SECONDS = 60.0  # how often the log's size is looked at
_ADOPTED_WATCH_SECONDS = 0.5  # nobody tells of the end of a process that is no child
_END_SECONDS = 5  # what a supervisor may take beyond its service's own time to stop


def launch(folder: FlavorFolder) -> None:
    """Launch the supervisor of a service, unless it has one."""
    end_earlier_supervisor(folder.path.parent)
    lock = try_lock(folder.supervisor)
    if lock is None:
        return
    log = -1
    try:
        require_open_files()
        log = open_log(folder.log)
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", "matcha_tui.services", "supervise", folder.flavor],
            cwd=folder.path.parent,
            env=os.environ
            | {"MATCHA_SERVICES": str(folder.path.parent), SUPERVISOR_MARKER: str(folder.path)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            umask=0o077,
            pass_fds=(lock,),
        )
        started.returncode = 0  # it stays; the interpreter shall not warn of a child left behind
    finally:
        os.close(lock)
        if log >= 0:
            os.close(log)


def launch_all(services_directory: Path) -> list[str]:
    """Launch the supervisor of each service that runs without one; returns their flavors."""
    lonely = [
        folder
        for folder in flavor_folders(services_directory)
        if living_leader(folder) and not is_supervised(folder)
    ]
    for folder in lonely:
        launch(folder)
    return [folder.flavor for folder in lonely]


def is_supervised(folder: FlavorFolder) -> bool:
    """Return whether a service would be started again after a crash."""
    return is_locked(folder.supervisor)


def end(folder: FlavorFolder, seconds: float) -> None:
    """End a service with its supervisor, and whatever is left of it."""
    end_earlier_supervisor(folder.path.parent)
    deadline = time.monotonic() + seconds + 2 * _END_SECONDS
    while is_supervised(folder) and time.monotonic() < deadline:  # it may be starting just now
        supervisors = marked_processes(SUPERVISOR_MARKER, str(folder.path))
        end_processes(supervisors, seconds + _END_SECONDS)
    end_service(folder, seconds)


def supervise(folder: FlavorFolder) -> None:
    """Keep a service running until this process is asked to end."""
    signals = _Signals()
    _raise_limit(require_open_files())
    failures = 0
    while failures <= _RETRIES:
        service = load_service(folder)
        if service.server is None:
            return
        leader, child = living_leader(folder), None
        if leader:
            report_line(f"matcha: watches over {folder.flavor}, process {leader.pid}, as it is")
        else:
            end_processes(service_processes(folder), service.server.stop_seconds)
            leader, child = _start(service, service.server)
        began = time.monotonic()
        while leader.process.is_alive() and (child is None or child.poll() is None):
            if signals.wait(_WATCH_SECONDS if child else _ADOPTED_WATCH_SECONDS):
                end_service(folder, service.server.stop_seconds)
                return
            with suppress(OSError):  # a full disk: the next time may do
                note_size(folder.log, time.time())
                rotate(folder.log)
        failures = failures + 1 if time.monotonic() - began < _LIVELY_SECONDS else 0
        report_line(f"matcha: {folder.flavor} {RESTART_NOTE} in {failures} s")
        if failures and signals.wait(failures):
            return


def require_open_files() -> int:
    """How many open files a service may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < OPEN_FILES:
        raise MatchaError(
            f"a service needs {OPEN_FILES} open files, and this terminal allows {hard}"
            " (RLIMIT_NOFILE)",
            hint=f"Run `ulimit -n {OPEN_FILES}`; if that is refused, have an administrator raise"
            " the hard limit, or try a new terminal.",
        )
    return OPEN_FILES if soft != resource.RLIM_INFINITY and soft < OPEN_FILES else soft


def clean_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Of an environment, what every service gets: nothing of the user's Python or cloud."""
    return {
        name: value
        for name, value in variables.items()
        if name.upper() in _INHERITED or name.startswith("LC_")
    }


def service_variables(folder: FlavorFolder, server: Server) -> dict[str, str]:
    """Return the whole environment of a service's processes, which are known by it."""
    variables = clean_variables(os.environ) | _environment_variables(folder) | server.variables
    path = variables.get("PATH", os.defpath)
    variables["PATH"] = f"{folder.environment.resolve() / 'bin'}{os.pathsep}{path}"
    variables[SERVICE_MARKER] = str(folder.path)
    return variables


def end_earlier_supervisor(services_directory: Path) -> None:
    """Kill the one supervisord that earlier versions ran for all services, which live on.

    Can go with version 1.0.
    """
    recorded = services_directory / "supervisor.pid"
    try:
        process = find_process(int(recorded.read_text(encoding="ascii")))
    except (OSError, ValueError):
        return
    if process and is_run_with(process, str(services_directory / "supervisor.conf")):
        process.send(signal.SIGKILL)
        wait_for_end([process], _END_SECONDS)
    for left in (
        *services_directory.glob("supervisor.*"),
        *services_directory.glob("*/program.conf"),
    ):
        left.unlink(missing_ok=True)


class _Signals:
    """Tells of a child's end at once, and whether this process was asked to end."""

    def __init__(self) -> None:
        self._is_asked_to_end = False
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, self._end)

    def wait(self, seconds: float) -> bool:
        """Wait for a signal or some seconds; say whether this process is to end."""
        select.select([self._reading], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._reading, 1024)
        return self._is_asked_to_end

    def _end(self, _number: int, _frame: object) -> None:
        self._is_asked_to_end = True


def _start(service: Service, server: Server) -> "tuple[Leader, subprocess.Popen[bytes]]":
    folder = service.folder
    make_private_directory(folder.data)
    with explain_os_errors("run", folder.path / server.command[0]):
        child = subprocess.Popen(
            server.command,
            cwd=folder.data,
            env=service_variables(folder, server),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    process = find_process(child.pid) or Process(child.pid, time.time())
    leader = Leader(process.pid, process.started, service.fingerprint)
    write_leader(folder, leader)
    return leader, child


def _environment_variables(folder: FlavorFolder) -> dict[str, str]:
    """Let nothing be written into the environment, which other projects use as well."""
    environment = used_environment(folder)
    if environment is None:
        return {}
    with suppress(MatchaError):  # a full disk keeps no service from starting
        record_use(environment, folder)
    return {"PYTHONPYCACHEPREFIX": str(environment.bytecode)}


def _raise_limit(files: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
