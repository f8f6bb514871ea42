"""The two roots of a stack, composed in a folder and tried with Terraform, run by run."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import Catalog, load_catalog
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.composition import compose_layer
from matcha_tui.terraform.engine import find_engine
from tests.azure.project import MODULES, SETTINGS, clean_environment
from tests.simulator.mirror import Simulator, install

_PLAN = ("plan", "-input=false", "-lock=false", "-no-color")


def compose(
    folder: Path,
    modules: Sequence[str],
    settings: Mapping[str, SettingValue] | None = None,
    state: Mapping[str, str] | None = None,
    catalog: Catalog | None = None,
) -> Workspace:
    """Write both roots of a stack.

    Args:
        folder: The project's folder; what was composed there before is replaced.
        modules: The module types of the stack.
        settings: More settings, by dotted name.
        state: Where the shared state is kept, if it is.
        catalog: Where the modules are.

    Returns:
        The project's paths.
    """
    catalog = catalog or load_catalog()
    workspace = Workspace(folder)
    prepare_workspace(workspace)
    flavors = [catalog.find("azure", name, MODULES[name]) for name in modules]
    config = Config("azure", settings={**SETTINGS, **(settings or {})}, state=state or {})
    spec = StackSpec(workspace, flavors, config)
    values = AZURE.resolve(spec)
    for layer in AZURE.layers:
        compose_layer(spec, catalog, AZURE, layer, values, workspace.layer(layer))
    return workspace


@dataclass(frozen=True, slots=True)
class Roots:
    """A folder in which Terraform was initialised once for whatever stack.

    Attributes:
        workspace: Its paths.
        environment: What Terraform finds in its environment.
    """

    workspace: Workspace
    environment: Mapping[str, str]

    def compose(self, *modules: str, **settings: SettingValue) -> None:
        """Compose another stack in the same folder."""
        compose(self.workspace.project, modules, settings)

    def foundation_content(self) -> str:
        """Return all that the foundation of this stack depends on."""
        layer = self.workspace.layer(FOUNDATION)
        content = [(layer / name).read_text() for name in ("main.tf.json", "terraform.tfvars.json")]
        return json.dumps(content)

    def terraform(self, layer: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run Terraform in a layer's folder."""
        return subprocess.run(
            [*find_engine().command, *arguments],
            cwd=self.workspace.layer(layer),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, layer: str, *arguments: str) -> str:
        """Run Terraform, and fail the test if that fails."""
        done = self.terraform(layer, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def must_plan(self, layer: str) -> str:
        """Plan a layer: whatever is invalid or unknown to a provider fails."""
        return self.must(layer, *_PLAN)


def make_roots(directory: Path) -> Roots:
    """Compose the stack with everything, and initialise it: its parts are then there, too.

    Args:
        directory: An empty folder.
    """
    account = directory / "account"
    account.mkdir()
    simulator: Simulator = install(account)
    (directory / "project").mkdir()
    roots = Roots(compose(directory / "project", tuple(MODULES)), clean_environment(simulator))
    for layer in (FOUNDATION, PLATFORM):
        roots.must(layer, "init", "-input=false", "-no-color")
    return roots
