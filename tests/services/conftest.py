import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.tiny_project import TinyProject, project_in


@pytest.fixture
def project() -> Iterator[TinyProject]:
    # Not in tmp_path, whose length would put each supervisor's socket elsewhere.
    with (
        tempfile.TemporaryDirectory(prefix="matcha-") as directory,
        project_in(Path(directory) / "a project") as project,
    ):
        yield project
