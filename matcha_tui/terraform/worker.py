"""Carries out one run, detached from whoever asked for it.

``python -m matcha_tui.terraform.worker RUN_DIR [FD ...]`` runs the steps in order.
Their programs write straight to the run's event stream: should the worker be
killed, they neither notice nor lose a line. The descriptors are locks, which the
programs inherit; they are let go when the run has ended.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.locks import release_lock
from matcha_tui.system.processes import Process, end_session, find_process
from matcha_tui.terraform.cancel import (
    CancelRequest,
    RunProcesses,
    claim,
    was_requested,
    write_processes,
    write_request,
)
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.expected_times import remember_times
from matcha_tui.terraform.folder import (
    EVENTS,
    RUN_CODE,
    Run,
    Step,
    When,
    read_run,
    write_result,
)
from matcha_tui.terraform.following import read_progress
from matcha_tui.terraform.worker_events import (
    cancel_requested_line,
    error_line,
    run_finished_line,
    run_started_line,
    step_finished_line,
    step_skipped_line,
    step_started_line,
)

_REQUEST_POLL_SECONDS = 0.1
_NOT_STARTED = 127
_CANCELLED_BEFORE = 130
_SIGNAL_BASE = 128


def main(arguments: Sequence[str]) -> int:
    """Carry out a run.

    Returns:
        The run's exit code.
    """
    run, locks = read_run(Path(arguments[0])), tuple(map(int, arguments[1:]))
    # Closing the terminal must not end a run, nor what the run has started.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # Plans and states hold secrets, and Terraform writes them for everybody to read.
    os.umask(0o077)
    return asyncio.run(_Worker(run, locks).carry_out())


class _Worker:
    def __init__(self, run: Run, locks: tuple[int, ...]) -> None:
        self.run = run
        self.locks = locks
        self.events = os.open(run.directory / EVENTS, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        self.itself = find_process(os.getpid()) or Process(os.getpid(), 0.0)
        self.marks: set[CancelRequest] = set()

    async def carry_out(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.leave_cancel_mark)
        self.record_processes(None)
        self.append(run_started_line([(step.name, step.layer) for step in self.run.steps]))
        state, code = await self.steps()
        if self.marks:
            await asyncio.to_thread(end_session, os.getpid())
        self.finish(state, code)
        return code

    async def steps(self) -> tuple[RunState, int]:
        code = 0
        layers_reached: set[str] = set()
        for step in self.run.steps:
            self.check_requests()
            if self.marks and code == 0:
                code = _CANCELLED_BEFORE
            if self.is_due(step, code, layers_reached):
                os.environ[RUN_CODE] = str(code)  # for a step that always comes
                self.append(step_started_line(step.name, step.layer))
                ended = await self.carry_out_step(step)
                self.append(step_finished_line(step.name, step.layer, ended))
                code = (code or ended) if step.when is When.ALWAYS else ended
                layers_reached |= {step.layer} if ended == 0 else set()
            elif step.when is not When.AFTER_FAILURE:
                self.append(step_skipped_line(step.name, step.layer))
        if code == 0:
            return RunState.DONE, 0
        return (RunState.CANCELLED if self.marks else RunState.FAILED), code

    def is_due(self, step: Step, code: int, layers_reached: set[str]) -> bool:
        if step.when is When.AFTER_FAILURE:
            return code != 0 and not self.marks
        return code == 0 or (step.when is When.ALWAYS and step.layer in layers_reached)

    async def carry_out_step(self, step: Step) -> int:
        try:
            if step.output is None:
                return await self.program(step, self.events)
            return await self.capturing_program(step, step.output)
        except OSError as error:
            self.append(error_line(f"cannot run {step.command[0]}", error.strerror or str(error)))
        except MatchaError as error:
            self.append(error_line(error.message, error.hint or ""))
        return _NOT_STARTED

    async def capturing_program(self, step: Step, output: Path) -> int:
        """Take the program's stdout to a file of its own, which appears only when whole."""
        with explain_os_errors("write", output):
            descriptor, temporary = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        try:
            code = await self.program(step, descriptor)
            if code == 0:
                _publish(descriptor, temporary, output)
        finally:
            _discard(descriptor, temporary)
        return code

    async def program(self, step: Step, stdout: int) -> int:
        started = await asyncio.create_subprocess_exec(
            *step.command,
            cwd=step.directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=self.events,
            pass_fds=self.locks,
        )
        self.record_processes(find_process(started.pid))
        ending = asyncio.ensure_future(started.wait())
        while not ending.done():
            self.check_requests(started)
            await asyncio.wait({ending}, timeout=_REQUEST_POLL_SECONDS)
        code = ending.result()
        return code if code >= 0 else _SIGNAL_BASE - code

    def record_processes(self, program: Process | None) -> None:
        # Only of use should the worker be killed: no reason to give up a run for it.
        with contextlib.suppress(MatchaError):
            write_processes(self.run.directory, RunProcesses(self.itself, program))

    def check_requests(self, program: asyncio.subprocess.Process | None = None) -> None:
        """Pass on what the faces ask for: one SIGINT at a time, lest two become one."""
        for mark in CancelRequest:
            if mark in self.marks or not was_requested(self.run.directory, mark):
                continue
            self.marks.add(mark)
            self.append(cancel_requested_line(forced=mark is CancelRequest.FORCE))
            if program is not None and claim(self.run.directory, mark):
                with contextlib.suppress(ProcessLookupError):
                    program.send_signal(signal.SIGINT)
            return

    def leave_cancel_mark(self) -> None:
        """A signal to the worker asks for the same as the faces do."""
        with contextlib.suppress(MatchaError):
            write_request(self.run.directory, CancelRequest.CANCEL)

    def finish(self, state: RunState, code: int) -> None:
        """Leave word, and let the locks go: a follower sees the end when its lock is free."""
        # On a full disk the outcome stays unknown, but the locks must not stay held.
        with contextlib.suppress(MatchaError):
            write_result(self.run.directory, state, code)
        own, *kept_open = self.locks
        for lock in kept_open:
            _release(lock)
        self.append(run_finished_line(state, code))
        _release(own)
        self.remember_times()

    def remember_times(self) -> None:
        """Remember for the next run how long everything took; nobody waits for it any more."""
        if target := self.run.details.get("target"):
            with contextlib.suppress(MatchaError):
                remember_times(os.environ, target, read_progress(self.run).resources.values())

    def append(self, line: bytes) -> None:
        """Add a line to the event stream, behind whatever a program left unfinished."""
        # A full disk must not end a run: the programs, too, go on without the stream.
        with contextlib.suppress(OSError):
            size = os.fstat(self.events).st_size
            is_clean = size == 0 or os.pread(self.events, 1, size - 1) == b"\n"
            os.write(self.events, line if is_clean else b"\n" + line)


def _publish(descriptor: int, temporary: str, output: Path) -> None:
    with explain_os_errors("write", output):
        os.fsync(descriptor)
        Path(temporary).replace(output)


def _discard(descriptor: int, temporary: str) -> None:
    os.close(descriptor)
    Path(temporary).unlink(missing_ok=True)


def _release(lock: int) -> None:
    # Unlocked rather than closed: a stray child of a step may hold a copy of it.
    with contextlib.suppress(OSError):
        release_lock(lock)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
