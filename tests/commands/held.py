"""Holds a real run in the middle of a resource, until the test lets it go on.

Terraform runs ``python -m matcha_tui.services prepare dvc`` for the last resource of
the smallest stack; that Python waits, at its very start, while a file exists and has one of
its arguments in it.
"""

import json
import os
import subprocess
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from matcha_tui.system.processes import Process
from matcha_tui.terraform.cancel import read_processes
from tests.command_line import DVC_ONLY, SCRIPTS, Matcha
from tests.waiting import wait_for

_WAIT_AT_START = """\
import os, sys, time
hold = os.environ["TEST_HOLD"]
def is_held():
    try:
        with open(hold) as file:
            return file.read() in sys.orig_argv
    except FileNotFoundError:
        return False
if is_held():
    open(f"{hold}.reached", "w").close()
    while is_held():
        time.sleep(0.02)
"""


@dataclass(frozen=True, slots=True)
class HeldProject:
    """A project whose runs stop in the middle.

    Attributes:
        matcha: The command in its folder.
        hold: The file that holds them.
        begun: What was called without waiting for its end.
    """

    matcha: Matcha
    hold: Path
    begun: "list[subprocess.Popen[str]]" = field(default_factory=list)

    @classmethod
    def make(cls, matcha: Matcha, directory: Path, content: str = DVC_ONLY) -> "HeldProject":
        (matcha.folder / "matcha.toml").write_text(content)
        (directory / "sitecustomize.py").write_text(_WAIT_AT_START)
        hold = directory / "hold"
        hold.write_text("prepare")
        also = matcha.environment.get("PYTHONPATH")
        paths = os.pathsep.join([str(directory), *([also] if also else [])])
        variables = {"PYTHONPATH": paths, "TEST_HOLD": str(hold)}
        return cls(Matcha(matcha.folder, matcha.environment | variables), hold)

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Call the command, without waiting for its end."""
        process = subprocess.Popen(
            [str(SCRIPTS / "matcha"), *arguments],
            cwd=self.matcha.folder,
            env=self.matcha.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.begun.append(process)
        return process

    def hold_at(self, word: str) -> None:
        """Hold what is started from now on with that argument, and nothing else."""
        self.reached.unlink(missing_ok=True)
        # Renamed: a process that is held must not find half of it.
        following = self.hold.with_name("following")
        following.write_text(word)
        following.replace(self.hold)

    @property
    def reached(self) -> Path:
        """Is there once something is held."""
        return self.hold.with_name(f"{self.hold.name}.reached")

    def wait_until_held(self) -> None:
        """Wait until the run has come to where it is held: the last resource, if not elsewhere."""
        wait_for(self.reached.exists)

    def let_go(self) -> None:
        self.hold.unlink(missing_ok=True)

    def events(self) -> bytes:
        found = sorted((self.matcha.folder / ".matcha/runs").glob("*/events.jsonl"))
        return found[-1].read_bytes() if found else b""

    def lock_owner(self) -> dict[str, object]:
        return dict(json.loads((self.matcha.folder / ".matcha/lock").read_bytes()))

    def saved_resources(self) -> dict[str, str | None]:
        """What Terraform has in its state: ``tainted``, or nothing to complain of."""
        file = self.matcha.folder / ".matcha/infrastructure/services/terraform.tfstate"
        return {
            resource["name"]: resource["instances"][0].get("status")
            for resource in json.loads(file.read_bytes())["resources"]
        }

    def clean_up(self) -> None:
        self.let_go()
        for process in self.begun:
            if process.poll() is None:
                process.kill()
                process.communicate()
        for file in (self.matcha.folder / ".matcha/runs").glob("*/processes.json"):
            processes = read_processes(file.parent)
            assert processes is not None
            wait_for(partial(is_over, processes.worker))


def is_over(process: Process) -> bool:
    return not process.is_alive()
