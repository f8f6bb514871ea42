"""The packages that `matcha clients` prints are installed together, and used."""

import subprocess
from pathlib import Path

import pytest
import uv

from matcha_tui.clients.packages import required_packages
from matcha_tui.selection import open_project
from matcha_tui.stack.stack import preset_stack
from tests.command_line import make_environment

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def resolve(packages: list[str], version: str) -> str:
    finished = subprocess.run(
        [uv.find_uv_bin(), "pip", "compile", "--quiet", "--python-version", version, "-"],
        input="\n".join(packages),
        env=make_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("target", ["local", "azure"])
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_one_environment_can_have_them_all(tmp_path: Path, target: str, version: str):
    project = open_project(tmp_path, target)
    stack = preset_stack(project.catalog, "llm", target)
    flavors = [project.catalog.find(target, *module) for module in stack.modules]
    printed = resolve(required_packages(flavors), version)
    assert "zenml==0.98.0" in printed
    assert "mlflow==3.17.2" in printed
