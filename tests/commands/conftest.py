from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, Matcha, make_environment
from tests.commands.in_process import matcha_here as matcha_here


@pytest.fixture
def matcha(tmp_path: Path) -> Iterator[Matcha]:
    """The command in an empty folder; whatever it starts is ended."""
    folder = tmp_path / "project"
    folder.mkdir()
    command = Matcha(folder, make_environment())
    try:
        yield command
    finally:
        command.clean_up()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """A project whose stack is DVC alone, deployed; every test of a file leaves it so."""
    command = Matcha(tmp_path_factory.mktemp("deployed"), make_environment())
    (command.folder / "matcha.toml").write_text(DVC_ONLY)
    try:
        provision = command("provision", "--yes")
        assert provision.returncode == 0, provision.stderr
        yield command
    finally:
        command("destroy", "--yes")
        command.clean_up()
