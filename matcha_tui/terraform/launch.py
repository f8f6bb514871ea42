"""Starts a run's worker, detached from whoever asked for it."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.locks import try_lock
from matcha_tui.terraform.folder import EVENTS, LOCK, Run

_WORKER = (sys.executable, "-P", "-m", "matcha_tui.terraform.worker")


def start_run(run: Run, *, environment: Mapping[str, str], keep_open: Sequence[int] = ()) -> int:
    """Start a run's worker, in a session of its own.

    Returns:
        The worker's process number.
    """
    with explain_os_errors("start", run.directory):
        lock = try_lock(run.directory / LOCK)
        if lock is None:
            raise _already_started(run)
        try:
            events = _create_events(run)
            try:
                descriptors = (lock, *keep_open)
                worker = subprocess.Popen(
                    (*_WORKER, str(run.directory), *map(str, descriptors)),
                    cwd=run.directory,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=events,
                    stderr=events,
                    pass_fds=descriptors,
                    start_new_session=True,
                )
            finally:
                os.close(events)
        finally:
            os.close(lock)
    # Takes note of its end, which would else stay a zombie as long as this process.
    threading.Thread(target=worker.wait, daemon=True).start()
    return worker.pid


def _create_events(run: Run) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(run.directory / EVENTS, flags, 0o600)
    except FileExistsError:
        raise _already_started(run) from None


def _already_started(run: Run) -> MatchaError:
    return MatchaError(
        f"the run {run.id} was started before",
        hint="A run happens once; make a new one.",
        exit_code=ExitCode.REFUSED,
    )
