from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha, make_environment
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
