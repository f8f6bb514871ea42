import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uv

from matcha_tui.clients.packages import required_packages
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.stack import preset_stack
from tests.command_line import Matcha, make_environment

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


@pytest.fixture(scope="session")
def dvc(tmp_path_factory: pytest.TempPathFactory) -> str:
    """DVC as its users install it: the path of its command."""
    environment = tmp_path_factory.mktemp("dvc")
    python = str(environment / "bin/python")
    for arguments in (
        ["venv", "--quiet", "--clear", str(environment)],
        ["pip", "install", "--quiet", "--python", python, "dvc==3.67.1"],
    ):
        subprocess.run([uv.find_uv_bin(), *arguments], env=make_environment(), check=True)
    return str(environment / "bin/dvc")


@pytest.fixture(scope="module")
def matcha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """The command in an empty folder, shared by the tests of a file; all it starts is ended."""
    command = Matcha(tmp_path_factory.mktemp("project"), make_environment())
    try:
        yield command
    finally:
        command("destroy", "--yes")
        command.clean_up()


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The packages that `matcha clients` prints for the LLM stack; the path of their Python."""
    return make_clients(tmp_path_factory.mktemp("clients"), sys.executable)


def make_clients(environment: Path, python: str) -> str:
    """Install them with what the examples need besides, and return the Python that has them."""
    catalog = load_catalog()
    stack = preset_stack(catalog, "llm", "local")
    flavors = [catalog.find("local", *module) for module in stack.modules]
    more = [f"--requirements={path}" for path in EXAMPLES.glob("*/requirements.txt")]
    made = str(environment / "bin/python")
    install = ["pip", "install", "--quiet", "--python", made]
    for arguments in (
        ["venv", "--quiet", "--clear", "--python", python, str(environment)],
        [*install, *required_packages(flavors), "nbclient", "ipykernel", *more],
    ):
        subprocess.run([uv.find_uv_bin(), *arguments], env=make_environment(), check=True)
    return made
