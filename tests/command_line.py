"""Runs ``matcha`` as a user would, in a folder of the test's own."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.waiting import wait_for

SCRIPTS = Path(sys.executable).parent
"""Where the commands of this installation are."""

DVC_ONLY = 'version = 1\n[stack]\nname = "custom"\n[stack.modules]\ndata_version_control = "dvc"\n'
"""A ``matcha.toml`` with the smallest stack, which is up in a second."""


@dataclass(frozen=True, slots=True)
class Matcha:
    """The ``matcha`` command in one project folder.

    Attributes:
        folder: Where it is called.
        environment: What it finds in its environment.
        program: Which installation's.
    """

    folder: Path
    environment: dict[str, str]
    program: Path = SCRIPTS / "matcha"

    def __call__(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Call it, and wait until it has ended."""
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def get(self, resource: str, name: str) -> str:
        """Return one property's value, secret or not."""
        answer = self("get", resource, name, "--output", "json", "--show-sensitive")
        assert answer.returncode == 0, answer.stderr
        line = next(line for line in answer.stdout.splitlines() if f'"{name}"' in line)
        return line.split(": ")[1].strip('", ')

    def processes(self) -> list[psutil.Process]:
        """Return every process that this project has started and that still lives."""
        return [
            process
            for process in psutil.process_iter()
            if process.pid != os.getpid() and self._is_ours(process)
        ]

    def service_pids(self) -> dict[str, int]:
        """Return the leading process of each service, by flavor."""
        pids = {}
        for process in self.processes():
            try:
                mark = process.environ().get("MATCHA_SERVICE")
                is_leader = os.getpgid(process.pid) == process.pid
            except (psutil.Error, OSError):  # ended meanwhile
                continue
            if mark and is_leader:
                pids[Path(mark).name] = process.pid
        return pids

    def wait_until_ended(self) -> None:
        """Wait until nothing is left; a run's worker ends a moment after it has said so."""
        wait_for(lambda: self.processes() == [])

    def clean_up(self) -> None:
        """End whatever a failed test has left running in this folder."""
        while found := self.processes():  # a supervisor may start its service again meanwhile
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            services = str(self.folder / ".matcha/services")
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            variables = process.environ()
        except psutil.Error:
            return False
        marks = (variables.get("MATCHA_SERVICES", ""), variables.get("MATCHA_SERVICE", ""))
        return any(mark.startswith(services) for mark in marks)


def make_environment(**extra: str) -> dict[str, str]:
    """Return the test's environment without what would change what is tested."""
    dropped = ("MATCHA_", "TF_", "PYTHONPATH", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | extra
