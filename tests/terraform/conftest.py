"""Real Terraform in a folder of the test's own, and nothing left running after it."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from matcha_tui.terraform.command import (
    apply_command,
    init_command,
    plan_command,
    run_environment,
)
from matcha_tui.terraform.engine import Engine, find_engine
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.folder import Run, Step, create_run
from matcha_tui.terraform.following import follow, initial_progress
from matcha_tui.terraform.launch import start_run
from matcha_tui.terraform.progress import RunProgress
from tests.waiting import DEADLINE_SECONDS


@pytest.fixture(scope="session")
def engine() -> Engine:
    return find_engine()


class Workbench:
    """A folder with a configuration, and the runs that a test starts in it."""

    def __init__(self, directory: Path, engine: Engine) -> None:
        self.root = directory / "root"
        self.runs = directory / "runs"
        self.engine = engine
        self.workers: list[int] = []
        self.root.mkdir()

    def configure(self, *resources: str, rest: str = "") -> None:
        """One ``terraform_data`` for each local-exec command; a0, a1, ..."""
        blocks = [
            f'resource "terraform_data" "a{number}" {{\n'
            f'  provisioner "local-exec" {{\n    command = <<-EOT\n{command}\nEOT\n  }}\n}}\n'
            for number, command in enumerate(resources)
        ]
        (self.root / "main.tf").write_text("".join(blocks) + rest)

    def applying(self, directory: Path) -> list[Step]:
        plan = directory / "plan"
        return [
            Step("init", "services", init_command(self.engine), self.root),
            Step("plan", "services", plan_command(self.engine, plan), self.root),
            Step("apply", "services", apply_command(self.engine, plan), self.root),
        ]

    def step(self, *command: str, output: Path | None = None) -> Step:
        return Step("program", "services", command, self.root, output)

    def create(self, steps: Callable[[Path], Sequence[Step]] | None = None) -> Run:
        return create_run(
            self.runs, kind="provision", engine=self.engine.label, steps=steps or self.applying
        )

    def start(
        self,
        steps: Callable[[Path], Sequence[Step]] | None = None,
        *,
        extra: Mapping[str, str] | None = None,
        keep_open: Sequence[int] = (),
    ) -> Run:
        run = self.create(steps)
        self.start_made(run, extra=extra, keep_open=keep_open)
        return run

    def start_made(
        self, run: Run, *, extra: Mapping[str, str] | None = None, keep_open: Sequence[int] = ()
    ) -> None:
        environment = run_environment(os.environ, None, extra or {})
        self.workers.append(start_run(run, environment=environment, keep_open=keep_open))

    def session(self) -> list[psutil.Process]:
        """What is alive of the sessions of the runs."""
        alive = []
        for found in psutil.process_iter():
            with contextlib.suppress(OSError, psutil.Error):
                is_dead = found.status() == psutil.STATUS_ZOMBIE
                if os.getsid(found.pid) in self.workers and not is_dead:
                    alive.append(found)
        return alive

    def signal_session(self, kind: signal.Signals) -> None:
        """Send a signal to all of the sessions of the runs; one that ends meanwhile needs none."""
        for found in self.session():
            with contextlib.suppress(psutil.Error):
                found.send_signal(kind)

    def program_runs(self, word: str) -> bool:
        """Whether a program with that word among its arguments runs in one of the runs."""
        for found in self.session():
            with contextlib.suppress(psutil.Error):
                if word in found.cmdline():
                    return True
        return False


@pytest.fixture
def bench(tmp_path: Path, engine: Engine) -> Iterator[Workbench]:
    workbench = Workbench(tmp_path, engine)
    yield workbench
    workbench.signal_session(signal.SIGKILL)


async def collect(run: Run) -> list[Event]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        return [event async for batch in follow(run) for event in batch]


async def outcome(run: Run) -> RunProgress:
    return initial_progress(run).apply_all(await collect(run))
