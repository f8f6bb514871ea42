"""Kills a run whole, as a machine that goes off does."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

from matcha_tui.terraform.cancel import read_processes
from tests.waiting import wait_for


def kill_run(folder: Path) -> None:
    """Kill the newest run of a project: its worker, Terraform, and what that has started.

    Args:
        folder: The project's.
    """
    newest = max((folder / ".matcha/runs").glob("*/processes.json"))
    processes = read_processes(newest.parent)
    assert processes is not None
    session = processes.worker.pid
    wait_for(lambda: not _kill_members(session))


def _kill_members(session: int) -> int:
    """Kill what is left in a session, and return how much that was."""
    found = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            is_over = process.status() == psutil.STATUS_ZOMBIE
            if os.getsid(process.pid) == session and not is_over:
                process.kill()
                found += 1
    return found
