"""Cancels a run, through its worker or, should that be dead, in its place."""

from matcha_tui.terraform.folder import Run, is_live
from matcha_tui.terraform.marks import Mark, claim, leave
from matcha_tui.terraform.processes import end_session, read_processes


def request_cancel(run: Run) -> bool:
    """Ask a run to stop: Terraform ends what it has begun, and saves its state.

    Asking again is safe: Terraform is interrupted once.

    Returns:
        Whether nobody had asked before.

    Raises:
        MatchaError: If the request cannot be left in the run's folder.
    """
    is_first = leave(run.directory, Mark.CANCEL)
    return _stand_in(run, Mark.CANCEL) or is_first


def force_cancel(run: Run) -> bool:
    """Make a run that is being cancelled stop at once: its state may miss resources.

    Returns:
        Whether it is forced by this; a run that isn't being cancelled yet is only
        cancelled, and one that was forced before isn't forced again.

    Raises:
        MatchaError: If the request cannot be left in the run's folder.
    """
    if request_cancel(run):
        return False
    is_first = leave(run.directory, Mark.FORCE)
    return _stand_in(run, Mark.FORCE) or is_first


def _stand_in(run: Run, mark: Mark) -> bool:
    """Do what the worker would, should it be dead; say whether a signal was sent."""
    processes = read_processes(run.directory)
    if processes is None or processes.worker.is_alive() or not is_live(run):
        return False
    program = processes.program
    if program is None or not program.is_alive():
        end_session(processes.worker.pid)
        return False
    return claim(run.directory, mark) and program.interrupt()
