"""The project's one supervisor: launched, asked, told, shut down.

It is PyPI's supervisord, in its own session, so that it outlives the terminal and
Terraform. It starts each service, and starts it again with growing pauses if it crashes.
"""

import os
import resource
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from contextlib import suppress
from pathlib import Path

import psutil

from matcha_tui.errors import MatchaError
from matcha_tui.files import write_atomically
from matcha_tui.services.layout import FlavorFolder, flavor_folders
from matcha_tui.services.logs import open_log, tail
from matcha_tui.services.processes import end_processes, end_service, is_alive
from matcha_tui.services.rpc import UNREACHABLE, connect
from matcha_tui.services.service import load_service
from matcha_tui.services.supervisor_files import (
    OPEN_FILES,
    SupervisorFiles,
    choose_socket_path,
    find_supervisor,
    locked,
)

KEEPER_SECONDS = 5
"""What a service's stand-in parent may take beyond the service's own time to stop."""

_MODULE = "matcha_tui.services.supervisord"
_LAUNCH_SECONDS = 15
_POLL_SECONDS = 0.05


def launch(services_directory: Path) -> int:
    """Launch the supervisor unless it runs, with every service that shall run.

    Services that outlived an earlier supervisor are taken over as they are.

    Returns:
        Its process id.

    Raises:
        MatchaError: If it does not come up.
    """
    files = SupervisorFiles(services_directory.resolve())
    with locked(files):
        return launch_locked(files)


def launch_locked(files: SupervisorFiles) -> int:
    """As `launch`, for a caller that holds the lock."""
    running = find_supervisor(files.services_directory)
    if running is not None and _is_current(running) and _answers(files):
        return running.pid
    require_open_files()
    if running is not None:
        # Its socket is gone, or an earlier matcha started it without our corrections.
        # Killed, not asked: so the services live on, to be taken over.
        with suppress(psutil.NoSuchProcess):
            running.kill()
        end_processes([running], 0)
    socket_path = choose_socket_path(files.services_directory)
    files.remove()
    write_atomically(files.address, os.fsencode(socket_path))
    files.write_configuration()
    process = _launch_process(files, socket_path)
    _wait_until_it_answers(files, process)
    return process.pid


def require_open_files() -> int:
    """How many open files the supervisor and each service may have; it raises what is too low.

    Raises:
        MatchaError: If what is needed is more than may be asked for.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < OPEN_FILES:
        raise MatchaError(
            f"a service needs {OPEN_FILES} open files, and this terminal allows {hard}"
            " (RLIMIT_NOFILE)",
            hint=f"Run `ulimit -n {OPEN_FILES}`; if that is refused, have an administrator raise"
            " the hard limit, or try a new terminal.",
        )
    return OPEN_FILES if soft != resource.RLIM_INFINITY and soft < OPEN_FILES else soft


def shutdown(services_directory: Path) -> None:
    """Stop the supervisor with every service that it runs, and remove its files.

    Services that have outlived their supervisor are left to their own `stop`, or to be
    taken over by the next: so replacing a supervisor that died does not interrupt them.
    """
    directory = services_directory.resolve()
    if not directory.is_dir():
        return
    files = SupervisorFiles(directory)
    with locked(files):
        supervisor = find_supervisor(directory)
        if supervisor is not None:
            _end_with_services(files, supervisor, flavor_folders(directory))
        files.remove()
        files.lock.unlink(missing_ok=True)


def _end_with_services(
    files: SupervisorFiles, supervisor: psutil.Process, folders: tuple[FlavorFolder, ...]
) -> None:
    seconds = max((_stop_seconds(folder) for folder in folders), default=0.0)
    deadline = time.monotonic() + seconds + 2 * KEEPER_SECONDS
    supervisor.terminate()
    while is_alive(supervisor.pid) and time.monotonic() < deadline:
        _answers(files)  # which wakes it: by itself it looks around once a second
        time.sleep(_POLL_SECONDS)
    end_processes([supervisor], 0)
    for folder in folders:
        end_service(folder, seconds)


def _is_current(supervisor: psutil.Process) -> bool:
    try:
        return _MODULE in supervisor.cmdline()
    except psutil.Error:
        return False


def _launch_process(files: SupervisorFiles, socket_path: Path) -> subprocess.Popen[bytes]:
    log = open_log(files.log)
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, "-c", str(files.configuration)],
            cwd=files.services_directory,
            env=supervisor_variables(files.services_directory, socket_path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(log)


def supervisor_variables(services_directory: Path, socket_path: Path) -> dict[str, str]:
    """The supervisor's environment, to which its configuration refers."""
    supervise = [sys.executable, "-P", "-m", "matcha_tui.services", "supervise"]
    return os.environ | {
        "MATCHA_SERVICES": str(services_directory),
        "MATCHA_SUPERVISE": shlex.join(supervise),
        "MATCHA_SUPERVISOR_SOCKET": str(socket_path),
    }


def _wait_until_it_answers(files: SupervisorFiles, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _LAUNCH_SECONDS
    while not _answers(files):
        if process.poll() is not None or time.monotonic() > deadline:
            raise MatchaError(
                "the supervisor of the services did not come up: "
                + " ".join(tail(files.log, 1) or ["it left no message"]),
                hint=f"Its log is {files.log}.",
            )
        time.sleep(_POLL_SECONDS)
    process.returncode = 0  # it stays; the interpreter shall not warn of a child left behind


def _answers(files: SupervisorFiles) -> bool:
    try:
        with connect(files, timeout=5) as proxy:
            proxy.supervisor.getPID()
    except (xmlrpc.client.Fault, *UNREACHABLE):  # a fault: it is about to end
        return False
    return True


def _stop_seconds(folder: FlavorFolder) -> float:
    try:
        server = load_service(folder).server
    except MatchaError:
        return 10
    return server.stop_seconds if server else 0
