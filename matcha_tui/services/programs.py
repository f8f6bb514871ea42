"""The services as programs of the supervisor: added, asked about, removed one by one."""

import time
import xmlrpc.client
from contextlib import suppress

from matcha_tui.errors import MatchaError
from matcha_tui.files import write_atomically
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.rpc import UNREACHABLE, connect
from matcha_tui.services.supervisor import KEEPER_SECONDS, launch_locked
from matcha_tui.services.supervisor_files import SupervisorFiles, find_supervisor, locked

_LIVELY_SECONDS = 10  # what ends sooner after its start is started again after a growing pause
_RETRIES = 100  # each pause is a second longer: it gives up after more than an hour
_POLL_SECONDS = 0.1

_PROGRAM = """\
[program:{flavor}]
command = %(ENV_MATCHA_SUPERVISE)s {flavor}
autorestart = true
startsecs = {lively_seconds}
startretries = {retries}
stopwaitsecs = {stop_seconds}
stopasgroup = true
killasgroup = true
redirect_stderr = true
stdout_logfile = {flavor}/log
stdout_logfile_maxbytes = 0
"""


def add_program(folder: FlavorFolder, stop_seconds: float) -> None:
    """Let the supervisor run a service, now and whenever it is launched.

    Args:
        folder: The service's folder.
        stop_seconds: How long the service may take to end.

    Raises:
        MatchaError: If the supervisor does not come up.
    """
    files = SupervisorFiles(folder.path.parent)
    with locked(files):
        write_atomically(folder.program, program_text(folder.flavor, stop_seconds))
        files.write_configuration()
        launch_locked(files)
        try:
            with connect(files) as proxy:
                _add_and_start(proxy, folder.flavor)
        except UNREACHABLE as error:
            raise MatchaError(
                f"{folder.flavor}: the supervisor of the services does not answer: {error}",
                hint=f"Run the same command again. Its log is {files.log}.",
            ) from error


def program_text(flavor: str, stop_seconds: float) -> str:
    """The part of the supervisor's configuration that is about one service."""
    return _PROGRAM.format(
        flavor=flavor,
        lively_seconds=_LIVELY_SECONDS,
        retries=_RETRIES,
        stop_seconds=int(stop_seconds) + KEEPER_SECONDS,
    )


def program_state(folder: FlavorFolder) -> str:
    """What the supervisor says about a service: ``RUNNING``, ``BACKOFF``, ``FATAL``..."""
    try:
        with connect(SupervisorFiles(folder.path.parent)) as proxy:
            return _state(proxy, folder.flavor)
    except UNREACHABLE:
        return "UNREACHABLE"


def remove_program(folder: FlavorFolder) -> None:
    """Let the supervisor stop a service and forget it; it may know nothing of it."""
    files = SupervisorFiles(folder.path.parent)
    if not files.services_directory.is_dir():
        return
    with locked(files):
        folder.program.unlink(missing_ok=True)
        if files.configuration.exists():
            files.write_configuration()
    # Outside the lock: stopping takes a while, and others may stop theirs meanwhile.
    if find_supervisor(files.services_directory) is None:
        return
    try:
        with connect(files) as proxy:
            _stop_and_forget(proxy, folder.flavor)
    except UNREACHABLE:
        return


def _add_and_start(proxy: xmlrpc.client.ServerProxy, flavor: str) -> None:
    try:
        proxy.supervisor.reloadConfig()
    except xmlrpc.client.Fault as fault:
        raise MatchaError(
            f"{flavor}: the supervisor cannot use its configuration: {fault.faultString}",
            hint="Run `matcha destroy`, then `matcha provision`, which writes it anew.",
        ) from fault
    try:
        proxy.supervisor.addProcessGroup(flavor)
    except xmlrpc.client.Fault:  # it is there, from the launch or from before
        with suppress(xmlrpc.client.Fault):  # it is started already
            proxy.supervisor.startProcess(flavor, False)


def _state(proxy: xmlrpc.client.ServerProxy, flavor: str) -> str:
    try:
        table = proxy.supervisor.getProcessInfo(flavor)
    except xmlrpc.client.Fault:
        return "UNKNOWN"
    return str(table["statename"]) if isinstance(table, dict) else "UNKNOWN"


def _stop_and_forget(proxy: xmlrpc.client.ServerProxy, flavor: str) -> None:
    while True:
        # Each time, for after a crash it may be started again between the two calls.
        with suppress(xmlrpc.client.Fault):  # it does not run, ends already, or is not known
            proxy.supervisor.stopProcess(flavor, False)
        try:
            proxy.supervisor.removeProcessGroup(flavor)
            return
        except xmlrpc.client.Fault as fault:
            if "STILL_RUNNING" not in fault.faultString:
                return
        # Each question also wakes the supervisor, which by itself looks once a second.
        time.sleep(_POLL_SECONDS)
