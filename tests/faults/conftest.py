"""A small real stack for each test of a fault; whatever it starts is ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.commands.held import HeldProject
from tests.faults.small_stack import ONE, install, make_matcha, stack_text


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the small catalog."""
    return install(tmp_path_factory.mktemp("installation"))


@pytest.fixture
def small(site: Path, tmp_path: Path) -> Iterator[Matcha]:
    """The command in a project with one tiny service, not deployed yet."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(stack_text(**ONE))
    command = make_matcha(site, folder, tmp_path / "state")
    try:
        yield command
    finally:
        command.clean_up()


@pytest.fixture
def deployed(small: Matcha) -> Matcha:
    """The same, deployed."""
    provision = small("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    return small


@pytest.fixture
def held(small: Matcha, tmp_path: Path) -> Iterator[HeldProject]:
    """The same, whose runs stop in the middle until they are let go."""
    content = (small.folder / "matcha.toml").read_text()
    project = HeldProject.make(small, tmp_path, content)
    yield project
    project.clean_up()
