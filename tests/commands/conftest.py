from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha, make_environment

DVC_ONLY = 'version = 1\n[stack]\nname = "custom"\n[stack.modules]\ndata_version_control = "dvc"\n'


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
