from collections.abc import Iterator

import pytest

from tests.command_line import Matcha, make_environment


@pytest.fixture(scope="module")
def matcha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """The command in an empty folder, shared by the tests of a file; all it starts is ended."""
    command = Matcha(tmp_path_factory.mktemp("project"), make_environment())
    try:
        yield command
    finally:
        command("destroy", "--yes")
        command.clean_up()
