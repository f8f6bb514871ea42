import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.tiny_project import TinyProject


@pytest.fixture
def project() -> Iterator[TinyProject]:
    # Not in tmp_path, whose length would put each supervisor's socket elsewhere.
    with tempfile.TemporaryDirectory(prefix="matcha-") as directory:
        services = Path(directory).resolve() / "a project" / ".matcha" / "services"
        services.mkdir(parents=True)
        project = TinyProject(services)
        yield project
        project.clean_up()
