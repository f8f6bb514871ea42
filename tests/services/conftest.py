import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matcha_tui.services.store import discard
from tests.services.tiny_index import TinyIndex, run_index
from tests.services.tiny_project import TinyProject, project_in


@contextmanager
def make_project() -> Iterator[TinyProject]:
    # Not in tmp_path, whose length would put each supervisor's socket elsewhere.
    with (
        tempfile.TemporaryDirectory(prefix="matcha-") as directory,
        project_in(Path(directory) / "a project") as project,
    ):
        yield project


@pytest.fixture
def project() -> Iterator[TinyProject]:
    with make_project() as project:
        yield project


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's cache folder: empty, and the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    yield folder
    discard(folder)  # in which environments are read-only


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TinyIndex]:
    with run_index(tmp_path / "index") as index:
        yield index
