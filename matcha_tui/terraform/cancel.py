"""Cancels a run, through its worker or, should that be dead, in its place.

A request is a file in the run's folder. It outlives the one who made it. Whoever claims it
sends the signal: so each is sent once, also when the worker has died and a face has to
stand in for it.
"""

import json
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically
from matcha_tui.system.processes import Process, end_session
from matcha_tui.terraform.folder import PROCESSES, Run, is_live


class CancelRequest(StrEnum):
    """What is asked for."""

    CANCEL = "cancel"
    FORCE = "force"


@dataclass(frozen=True, slots=True)
class RunProcesses:
    """The worker, and the program that it runs at the moment."""

    worker: Process
    program: Process | None


def write_processes(directory: Path, processes: RunProcesses) -> None:
    """Leave word of a run's processes, for when the worker can't be asked any more."""
    program = processes.program
    record = {
        "worker": [processes.worker.pid, processes.worker.started],
        "program": [program.pid, program.started] if program else None,
    }
    write_atomically(directory / PROCESSES, json.dumps(record) + "\n")


def read_processes(directory: Path) -> RunProcesses | None:
    """A run's processes; ``None`` before its worker has come up."""
    try:
        record = json.loads((directory / PROCESSES).read_bytes())
        worker, program = record["worker"], record["program"]
        return RunProcesses(
            Process(int(worker[0]), float(worker[1])),
            Process(int(program[0]), float(program[1])) if program else None,
        )
    except (OSError, KeyError, TypeError, ValueError, IndexError):
        return None


def write_request(directory: Path, request: CancelRequest) -> bool:
    """Ask for it.

    Returns:
        Whether nobody had asked before.
    """
    with explain_os_errors("write", directory / request):
        return _create(directory / request)


def was_requested(directory: Path, request: CancelRequest) -> bool:
    """Whether anybody has asked for it."""
    return (directory / request).exists()


def claim(directory: Path, request: CancelRequest) -> bool:
    """Take it upon oneself to send the signal.

    Returns:
        Whether nobody else has; also when that cannot be noted: better two
        signals than none.
    """
    try:
        return _create(directory / f"{request}.sent")
    except OSError:
        return True


def _create(path: Path) -> bool:
    try:
        path.touch(mode=PRIVATE_FILE_MODE, exist_ok=False)
    except FileExistsError:
        return False
    return True


def request_cancel(run: Run) -> bool:
    """Ask a run to stop: Terraform ends what it has begun, and saves its state.

    Asking again is safe: Terraform is interrupted once.

    Returns:
        Whether nobody had asked before.
    """
    is_first = write_request(run.directory, CancelRequest.CANCEL)
    return _stand_in(run, CancelRequest.CANCEL) or is_first


def force_cancel(run: Run) -> bool:
    """Make a run that is being cancelled stop at once: its state may miss resources.

    Returns:
        Whether it is forced by this; a run that isn't being cancelled yet is only
        cancelled, and one that was forced before isn't forced again.
    """
    if request_cancel(run):
        return False
    is_first = write_request(run.directory, CancelRequest.FORCE)
    return _stand_in(run, CancelRequest.FORCE) or is_first


def _stand_in(run: Run, request: CancelRequest) -> bool:
    """Do what the worker would, should it be dead; say whether a signal was sent."""
    processes = read_processes(run.directory)
    if processes is None or processes.worker.is_alive() or not is_live(run):
        return False
    program = processes.program
    if program is None or not program.is_alive():
        end_session(processes.worker.pid)
        return False
    return claim(run.directory, request) and program.send(signal.SIGINT)
