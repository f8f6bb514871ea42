"""The shared Terraform modules with a tiny flavor, driven by a real Terraform."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matcha_tui.services.ports import is_free
from matcha_tui.terraform.engine import find_engine
from tests.services.tiny_project import SECRET, TinyProject, definition_text, get

_MODULES = Path(__file__).parents[2] / "terraform_modules"
_TERRAFORM = find_engine().command

_FLAVOR = """\
variable "context" {
  type = object({ services_directory = string })
}
variable "port" {
  type = number
}
variable "password" {
  type      = string
  sensitive = true
}
module "storage" {
  source     = "../../../storage"
  flavor     = "tiny"
  definition = "${path.module}/module.toml"
}
module "service" {
  source     = "../../../service"
  flavor     = module.storage.flavor
  definition = "${path.module}/module.toml"
  settings = {
    port     = var.port
    password = var.password
  }
}
"""


class Root:
    """A composed root with the supervisor and the tiny flavor."""

    def __init__(self, project: TinyProject) -> None:
        self.project = project
        base = project.services.parent.parent
        self.flavor = base / "modules" / "local" / "services" / "deployer" / "tiny"
        self.flavor.mkdir(parents=True)
        for shared in ("supervisor", "storage", "service"):
            shutil.copytree(_MODULES / "local" / shared, base / "modules" / "local" / shared)
        (self.flavor / "main.tf").write_text(_FLAVOR)
        (self.flavor / "module.toml").write_text(definition_text("forking"))
        self.path = base / ".matcha" / "infrastructure" / "services"
        self.path.mkdir(parents=True)
        self.port = project.define("tiny", "forking")
        self.compose()
        self.run("init", "-backend=false")

    def compose(self) -> None:
        module = {
            "source": os.path.relpath(self.flavor, self.path),
            "context": {"services_directory": str(self.project.services)},
            "port": self.port,
            "password": SECRET.replace("%", "%%").replace("%%{", "%%%{"),
            "depends_on": ["module.supervisor"],
        }
        supervisor = os.path.relpath(self.flavor.parents[2] / "supervisor", self.path)
        content = {"module": {"supervisor": {"source": supervisor}, "deployer": module}}
        (self.path / "main.tf.json").write_text(json.dumps(content))

    def run(self, *arguments: str, expected: int = 0, keep_data: bool = False) -> str:
        keeping = {"MATCHA_DATA": "keep"} if keep_data else {}
        done = subprocess.run(
            [*_TERRAFORM, *arguments, "-no-color"],
            cwd=self.path,
            env=self.project.variables(MATCHA_PYTHON=sys.executable, **keeping),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == expected, done.stdout + done.stderr
        return done.stdout

    def apply(self) -> str:
        return self.run("apply", "-auto-approve")

    def destroy(self, keep_data: bool = False) -> str:
        return self.run("destroy", "-auto-approve", keep_data=keep_data)

    def has_changes(self) -> bool:
        done = subprocess.run(
            [*_TERRAFORM, "plan", "-detailed-exitcode"],
            cwd=self.path,
            env=self.project.variables(MATCHA_PYTHON=sys.executable),
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 2), done.stderr
        return done.returncode == 2


@pytest.fixture
def root(project: TinyProject) -> Root:
    return Root(project)


def test_created_unchanged_changed_and_destroyed_without_a_trace(root: Root) -> None:
    created = root.apply()
    assert f"tiny: healthy at http://127.0.0.1:{root.port}/version" in created
    assert SECRET not in created
    assert "output suppressed" not in created.lower()
    assert not root.has_changes()

    precious = root.project.folder("tiny").data / "precious"
    precious.write_text("x")
    old = root.port
    root.port = root.project.define("tiny", "forking")
    root.compose()
    changed = root.apply()
    assert "1 added, 0 changed, 1 destroyed" in changed
    assert get(root.port, "/version") == "tiny 1.0"
    assert is_free(old)
    assert precious.exists()

    definition = root.flavor / "module.toml"
    definition.write_text(definition.read_text().replace("packages = []", "packages = [ ]"))
    assert "2 added, 0 changed, 2 destroyed" in root.apply()  # installed anew, started anew
    assert precious.exists()

    root.destroy(keep_data=True)
    assert precious.exists()
    assert is_free(root.port)
    assert not root.project.processes()

    root.apply()
    assert precious.exists()
    root.destroy()
    assert is_free(root.port)
    assert not root.project.processes()
    assert list(root.project.services.iterdir()) == []


@pytest.mark.slow
def test_a_failed_start_is_explained_and_can_be_destroyed(root: Root) -> None:
    (root.flavor / "module.toml").write_text(definition_text("crashing"))
    failed = root.run("apply", "-auto-approve", expected=1)
    assert "tiny | I cannot go on" in failed
    root.destroy()
    assert list(root.project.services.iterdir()) == []
