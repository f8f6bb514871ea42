from pathlib import Path

import pytest

from matcha_tui.clients.connection import Outcome
from matcha_tui.clients.dvc import connect_dvc
from matcha_tui.clients.env_file import connect_env_file
from matcha_tui.clients.zenml import connect_zenml

SERVER = {"pipeline": {"server-url": "http://127.0.0.1:1", "storage-path": "/nowhere"}}


@pytest.fixture(autouse=True)
def _no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_without_a_tool_it_is_said_how_to_get_it(tmp_path: Path):
    (tmp_path / ".dvc").mkdir()
    for step, hint in (
        (connect_dvc(tmp_path, {"remote-url": "/remote"}), "pip install dvc"),
        (connect_zenml(tmp_path, SERVER), "pip install zenml"),
    ):
        assert step.outcome is Outcome.SKIPPED
        assert hint in step.text


def test_what_the_stack_does_not_have_is_skipped(tmp_path: Path):
    steps = (
        connect_env_file(tmp_path, []),
        connect_dvc(tmp_path, None),
        connect_zenml(tmp_path, {}),
    )
    assert {step.outcome for step in steps} == {Outcome.SKIPPED}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_dvc_is_told_how_to_get_it(tmp_path: Path):
    step = connect_dvc(tmp_path, {"remote-url": "/remote"})
    assert step.outcome is Outcome.SKIPPED
    assert "dvc init" in step.text
