"""What the supervisor runs for each service: it becomes the service, or looks after it.

After a crash of the supervisor its services still run. The next supervisor cannot be
their parent, so this process stays in its place until such a service ends.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from types import FrameType

import psutil

from matcha_tui.errors import MatchaError
from matcha_tui.files import explain_os_errors, make_private_directory
from matcha_tui.services.definition import Server
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.logs import open_log, rotate
from matcha_tui.services.narration import say
from matcha_tui.services.processes import (
    SERVICE_MARKER,
    Leader,
    end_group,
    end_processes,
    is_alive,
    living_leader,
    marked_processes,
    write_leader,
)
from matcha_tui.services.service import Service, load_service
from matcha_tui.services.store import record_use, used_environment

_INHERITED = {
    "ALL_PROXY", "CURL_CA_BUNDLE", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LANGUAGE",
    "LOGNAME", "NO_PROXY", "PATH", "REQUESTS_CA_BUNDLE", "SHELL", "SSL_CERT_DIR",
    "SSL_CERT_FILE", "TMPDIR", "TZ", "USER",
}  # fmt: skip

_KEEP_INTERVAL_SECONDS = 0.2


def supervise(folder: FlavorFolder) -> None:
    """Become the service; does not return unless it was told to end while looking after one.

    Raises:
        MatchaError: If the service cannot be read or executed.
    """
    _write_to_log(folder)
    service = load_service(folder)
    server = service.server
    if server is None:
        return
    leader = living_leader(folder)
    if leader is not None and _keep(folder, leader, server.stop_seconds):
        return
    end_processes(marked_processes(folder, SERVICE_MARKER), server.stop_seconds)
    _become(service, server)


def clean_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Of an environment, what every service gets: nothing of the user's Python or cloud."""
    return {
        name: value
        for name, value in variables.items()
        if name.upper() in _INHERITED or name.startswith("LC_")
    }


def _write_to_log(folder: FlavorFolder) -> None:
    with explain_os_errors("write", folder.log):
        rotate(folder.log)
    log = open_log(folder.log)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _keep(folder: FlavorFolder, leader: Leader, stop_seconds: float) -> bool:
    """Stay until the leader has ended; tells whether we are to end, too.

    We are if we were asked to, or if our supervisor is gone: the next one starts another
    in our place, and only that one may start the service again.
    """
    supervisor = os.getppid()
    asked_to_end = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked_to_end
        asked_to_end = True

    signal.signal(signal.SIGTERM, end)
    say(f"matcha: takes over {folder.flavor}, process {leader.pid}, from an earlier supervisor")
    write_leader(folder, replace(leader, keeper=os.getpid()))
    while is_alive(leader.pid) and not asked_to_end and os.getppid() == supervisor:
        time.sleep(_KEEP_INTERVAL_SECONDS)
    if asked_to_end:
        end_group(leader.pid, stop_seconds)
        end_processes(marked_processes(folder, SERVICE_MARKER), stop_seconds)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return asked_to_end or os.getppid() != supervisor


def _become(service: Service, server: Server) -> None:
    folder = service.folder
    make_private_directory(folder.data)
    variables = clean_variables(os.environ) | _environment_variables(folder) | server.variables
    path = variables.get("PATH", os.defpath)
    variables["PATH"] = f"{folder.environment.resolve() / 'bin'}{os.pathsep}{path}"
    variables[SERVICE_MARKER] = str(folder.path)
    me = psutil.Process()
    write_leader(folder, Leader(me.pid, me.create_time(), service.fingerprint))
    sys.stdout.flush()
    os.chdir(folder.data)
    with explain_os_errors("run", folder.path / server.command[0]):
        os.execvpe(server.command[0], server.command, variables)  # noqa: S606 - no shell wanted


def _environment_variables(folder: FlavorFolder) -> dict[str, str]:
    """Let nothing be written into the environment, which other projects use as well."""
    environment = used_environment(folder)
    if environment is None:
        return {}
    with suppress(MatchaError):  # a full disk keeps no service from starting
        record_use(environment, folder)
    return {"PYTHONPYCACHEPREFIX": str(environment.bytecode)}
