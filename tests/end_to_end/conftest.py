import subprocess
from collections.abc import Iterator

import pytest
import uv

from tests.command_line import Matcha, make_environment


@pytest.fixture(scope="session")
def dvc(tmp_path_factory: pytest.TempPathFactory) -> str:
    """DVC as its users install it: the path of its command."""
    environment = tmp_path_factory.mktemp("dvc")
    python = str(environment / "bin/python")
    for arguments in (
        ["venv", "--quiet", "--clear", str(environment)],
        ["pip", "install", "--quiet", "--compile-bytecode", "--python", python, "dvc==3.67.1"],
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
