import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui import Deployment
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.terraform.progress import RunProgress, RunState
from tests.command_line import DVC_ONLY, Matcha, make_environment

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project whose stack is DVC alone; whatever is started is ended."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(DVC_ONLY)
    try:
        yield folder
    finally:
        Matcha(folder, make_environment()).clean_up()


def test_the_example_of_the_readme_runs(folder: Path):
    examples = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    example = next(text for text in examples if "import Deployment" in text)
    finished = subprocess.run(
        [sys.executable, "-c", example],
        cwd=folder,
        env=make_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "2 of 2" in finished.stdout
    assert "data_version_control is healthy" in finished.stdout
    assert not (folder / ".matcha/infrastructure/matcha.state").exists()


async def test_a_plan_ends_with_what_would_be_done(folder: Path):
    progress: RunProgress | None = None
    async for progress in Deployment(folder).plan():
        assert progress.steps
    assert progress is not None
    assert progress.state is RunState.DONE
    assert progress.planned is not None
    assert progress.planned.add == 2


async def test_what_fails_is_raised(folder: Path):
    deployment = Deployment(folder)
    with pytest.raises(MatchaError, match="nothing is deployed") as caught:
        deployment.resources()
    assert caught.value.exit_code is ExitCode.REFUSED
    with pytest.raises(MatchaError, match="nothing is deployed"):
        async for _ in deployment.destroy():
            pass
    with pytest.raises(MatchaError, match="neither a known name nor a file"):
        async for _ in Deployment(folder, engine="/no/such/engine").plan():
            pass


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path):
    deployment = Deployment(tmp_path / "project")
    assert not (tmp_path / "project").exists()
    assert deployment.stack.name == "default"
