from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.third_target.installing import BOTH, LAB, install, matcha_with


@pytest.fixture(scope="session")
def lab_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the lab's package is installed."""
    return install(LAB, tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(lab_site: Path, tmp_path: Path) -> Matcha:
    """The command in a project that is to be built in the lab."""
    command = matcha_with(lab_site, tmp_path / "project")
    (command.folder / "matcha.toml").write_text(BOTH)
    return command
