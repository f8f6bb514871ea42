"""Real Terraform against the simulator, in folders of the tests' own."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from matcha_tui.terraform.engine import find_engine
from tests.simulator.mirror import Simulator, install

EXAMPLE = Path(__file__).parent / "example"
DEADLINE_SECONDS = 60.0
AZURE = """
provider "azurerm" {
  features {}
  subscription_id = "11111111-2222-3333-4444-555555555555"
}
"""


@cache
def terraform() -> tuple[str, ...]:
    """How Terraform is started."""
    return tuple(find_engine().command)


@dataclass(frozen=True)
class Root:
    """A Terraform root in a folder, with an account."""

    folder: Path
    simulator: Simulator
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self, text: str, *, provider: str = AZURE) -> "Root":
        self.folder.mkdir(exist_ok=True)
        (self.folder / "main.tf").write_text(provider + text)
        self.run("init")
        return self

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run Terraform, and give all that it printed."""
        environment = {**os.environ, **self.simulator.environment, **self.environment}
        plain = [] if arguments[0] == "state" else ["-no-color"]
        done = subprocess.run(
            [*terraform(), arguments[0], *plain, *arguments[1:]],
            cwd=self.folder,
            env={**environment, "CHECKPOINT_DISABLE": "1", "TF_INPUT": "0"},
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_SECONDS,
        )
        printed = done.stdout + done.stderr
        assert done.returncode == code, printed
        return printed

    def apply(self, *arguments: str, code: int = 0) -> str:
        return _flowing(self.run("apply", "-auto-approve", *arguments, code=code))

    def destroy(self, *arguments: str, code: int = 0) -> str:
        return _flowing(self.run("destroy", "-auto-approve", *arguments, code=code))

    def is_settled(self) -> bool:
        """Whether a new plan finds nothing to do."""
        self.run("plan", "-detailed-exitcode")
        return True

    def planned(self, *arguments: str) -> dict[str, list[str]]:
        """What a plan would do to each resource that it would change."""
        self.run("plan", "-out", "plan", *arguments)
        changes = json.loads(self.run("show", "-json", "plan"))["resource_changes"]
        actions = {one["address"]: one["change"]["actions"] for one in changes}
        return {address: done for address, done in actions.items() if done != ["no-op"]}

    def outputs(self) -> dict[str, Any]:
        given = json.loads(self.run("output", "-json"))
        return {name: one["value"] for name, one in given.items()}

    def addresses(self) -> list[str]:
        return self.run("state", "list").split()


def _flowing(printed: str) -> str:
    """An error's text without the frame that Terraform draws around it."""
    return "\n".join(line.removeprefix("│ ").rstrip() for line in printed.splitlines())


@pytest.fixture
def simulator(tmp_path: Path) -> Simulator:
    return install(tmp_path)


@pytest.fixture
def root(simulator: Simulator) -> Root:
    return Root(simulator.directory / "root", simulator)


@dataclass(frozen=True)
class Applied:
    foundation: Root
    platform: Root
    simulator: Simulator


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """Both roots of the example, applied once; tests leave them as they are."""
    simulator = install(tmp_path_factory.mktemp("applied"))
    foundation, platform = (
        Root(simulator.directory / name, simulator) for name in ("foundation", "platform")
    )
    for one in (foundation, platform):
        shutil.copytree(EXAMPLE / one.folder.name, one.folder)
        one.run("init")
        if one is platform:
            access = {"access": foundation.outputs()["access"]}
            (one.folder / "access.auto.tfvars.json").write_text(json.dumps(access))
        one.apply()
    return Applied(foundation, platform, simulator)
