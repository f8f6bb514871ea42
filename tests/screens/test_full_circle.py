"""From nothing to a stack and back, by keys alone, with real Terraform."""

from pathlib import Path

import psutil
import pytest

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from tests.screens.keyboard import seen, type_text, until_on, until_seen


@pytest.fixture
def folder(tmp_path: Path):
    project = tmp_path / "iris-demo"
    project.mkdir()
    (project / "matcha.toml").write_text(
        '[stack]\nname = "custom"\n\n[stack.modules]\ndata_version_control = "dvc"\n'
    )
    yield project
    for process in psutil.process_iter(["cmdline"]):
        if any(str(project) in word for word in process.info["cmdline"] or ()):
            process.kill()


@pytest.mark.slow
async def test_a_stack_is_built_looked_at_and_destroyed_by_keys_alone(folder):
    async with MatchaApp(Session(Deployment(folder))).run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter", "enter", "enter", "enter")
        await until_on(pilot, ReviewScreen)
        await until_seen(pilot, "Plan: 2 to add")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Your stack is up")
        assert "2 done" in seen(pilot)

        await pilot.press("enter")
        await until_on(pilot, ResourcesScreen)
        await until_seen(pilot, "remote-url")

        await pilot.press("escape")
        await until_on(pilot, HomeScreen)
        await until_seen(pilot, "Your stack is up")
        assert "healthy" in seen(pilot)

        await pilot.press("d")
        await until_on(pilot, DestroyScreen)
        await type_text(pilot, "iris-demo")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Everything is taken down")

        await pilot.press("enter")
        await until_on(pilot, HomeScreen)
        await until_seen(pilot, "✓ done · destroy")
        assert not (folder / ".matcha/infrastructure/matcha.state").exists()
