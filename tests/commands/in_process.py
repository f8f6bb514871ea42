"""Calls ``matcha`` in the test's own process: quicker, for what starts no run."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from matcha_tui.cli import main


class Answer(NamedTuple):
    """What a call left."""

    returncode: int
    stdout: str
    stderr: str


class MatchaHere:
    """The command in one project folder.

    Args:
        folder: Where it is called.
        patch: Changes this process for the test.
        captured: What it printed.
    """

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._patch = patch
        self._captured = captured

    def __call__(self, *arguments: str) -> Answer:
        self._captured.readouterr()
        self._patch.chdir(self.folder)
        self._patch.setattr(sys, "argv", ["matcha", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Answer(int(ended.value.code), *self._captured.readouterr())


@pytest.fixture
def matcha_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> MatchaHere:
    """The command in an empty folder, in this process."""
    folder = tmp_path / "project"
    folder.mkdir(exist_ok=True)
    return MatchaHere(folder, monkeypatch, capsys)
