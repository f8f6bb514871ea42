"""A project on the azure target, and the simulated account that it is built in."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from tests.command_line import Matcha, make_environment
from tests.simulator.mirror import Simulator, install

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
SETTINGS = {
    "prefix": "tea",
    "location": "westeurope",
    "subscription_id": SUBSCRIPTION,
    "state": "local",
}
MODULES = {
    "orchestrator": "zenml",
    "experiment_tracker": "mlflow",
    "data_version_control": "dvc",
    "deployer": "seldon",
    "vector_database": "chroma",
}


@dataclass(frozen=True, slots=True)
class AzureProject:
    """A project folder with its own simulated account.

    Attributes:
        matcha: The command in that folder.
        simulator: The account.
    """

    matcha: Matcha
    simulator: Simulator

    def choose(self, *modules: str, **settings: object) -> None:
        """Write a ``matcha.toml``.

        Args:
            modules: The module types of the stack.
            settings: More settings of the target.
        """
        write_config(self.matcha.folder, modules, settings)

    def provision(self, *more: str) -> "subprocess.CompletedProcess[str]":
        """Build what was chosen; nobody is signed in, so nothing is checked before."""
        return self.matcha("provision", "--yes", "--no-preflight", *more)

    def destroy(self, *more: str) -> "subprocess.CompletedProcess[str]":
        """Take it down."""
        return self.matcha("destroy", "--yes", *more)

    def must_provision(self, *more: str) -> None:
        """Build what was chosen, and fail the test if that fails."""
        built = self.provision(*more)
        assert built.returncode == 0, built.stderr

    def must_destroy(self) -> None:
        """Take it down, and see that nothing is left in the account."""
        destroyed = self.destroy()
        assert destroyed.returncode == 0, destroyed.stderr
        assert self.simulator.objects() == {}

    def must_find_no_changes(self) -> None:
        """See that a plan finds nothing to do."""
        planned = self.matcha("plan")
        assert planned.returncode == 0, planned.stderr
        assert planned.stdout.startswith("Nothing to change"), planned.stdout

    def in_state(self, layer: str) -> set[str]:
        """Return the types of the resources that Terraform knows of."""
        file = self.matcha.folder / ".matcha/infrastructure" / layer / "terraform.tfstate"
        state = json.loads(file.read_bytes()) if file.exists() else {"resources": []}
        return {one["type"] for one in state["resources"] if one["instances"]}

    def types(self) -> list[str]:
        """Return the types of all that exists in the account."""
        return sorted(one["type"] for one in self.simulator.objects().values())


def make_project(directory: Path, **environment: str) -> AzureProject:
    """Make an empty project with an account of its own.

    Args:
        directory: An empty folder for both.
        environment: More variables that the command is to find.
    """
    folder, account = directory / "iris-demo", directory / "account"
    folder.mkdir()
    account.mkdir()
    simulator = install(account)
    return AzureProject(Matcha(folder, clean_environment(simulator, **environment)), simulator)


def clean_environment(simulator: Simulator, **more: str) -> dict[str, str]:
    """Return the test's environment, in which Terraform finds the simulated account alone."""
    kept = {
        name: value
        for name, value in make_environment().items()
        if not name.startswith(("ARM_", "AZURE_", "KUBE", "HELM_"))
    }
    return kept | dict(simulator.environment) | more


def write_config(
    folder: Path, modules: Iterable[str], settings: Mapping[str, object] | None = None
) -> None:
    """Write a ``matcha.toml`` for the azure target.

    Args:
        folder: The project's folder.
        modules: The module types of the stack.
        settings: More settings of the target.
    """
    content: dict[str, Any] = {
        "version": 1,
        "target": "azure",
        "stack": {"name": "custom", "modules": {name: MODULES[name] for name in modules}},
        "settings": {**SETTINGS, **(settings or {})},
    }
    (folder / "matcha.toml").write_text(tomli_w.dumps(content))
