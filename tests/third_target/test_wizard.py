"""The wizard with a target that was installed, by keyboard alone and with real Terraform."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.home import HomeScreen
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.settings import SettingsScreen
from matcha_tui.screens.stack import StackScreen
from matcha_tui.targets import registry
from tests.screens.keyboard import seen, type_text, until_on, until_seen
from tests.third_target.installing import place_target


@pytest.fixture
def folder(lab_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project, in a process that finds the lab and a target that is faulty."""
    place_target(tmp_path / "site", "faulty", "raise RuntimeError('out of paint')")
    for site in (lab_site, tmp_path / "site"):
        monkeypatch.syspath_prepend(site)
    registry._installed.cache_clear()
    project = tmp_path / "iris-demo"
    project.mkdir()
    yield project
    registry._installed.cache_clear()
    registry._load.cache_clear()
    for name in ("lab_target", "lab_target.pricing"):
        sys.modules.pop(name, None)


@pytest.mark.slow
async def test_a_stack_is_chosen_built_and_taken_down_there(folder):
    session = Session(Deployment(folder, every_target=True))
    async with MatchaApp(session).run_test(size=(100, 30), notifications=True) as pilot:
        await until_seen(pilot, "out of paint; it is left out")
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        await pilot.press("down", "down")
        await until_seen(pilot, "(•) The lab")
        assert "faulty" not in seen(pilot).replace("'faulty'", "").replace("faulty_target", "")
        assert "A notebook" in seen(pilot)
        await pilot.press("tab", "down", "enter")
        await until_on(pilot, ModulesScreen)
        await until_seen(pilot, "Books in the order of what")
        assert "This is the llm stack: 2 modules" in seen(pilot)
        assert "3 Light" in seen(pilot)
        await until_seen(pilot, "151.00 EUR a month")
        await pilot.press("enter")
        await until_on(pilot, SettingsScreen)
        await until_seen(pilot, "▸ Light")
        assert "colour" not in seen(pilot)
        await type_text(pilot, "3")
        await pilot.press("enter")
        await until_seen(pilot, "▸ Settings")
        assert "lamps" not in seen(pilot)
        await type_text(pilot, "blue")
        await pilot.press("tab", "2", "0", "0", "enter")
        await until_on(pilot, ReviewScreen)
        await until_seen(pilot, "✓ planned")
        assert "About 224.00 EUR a month  ▲ above your limit" in seen(pilot)
        assert "Lamps" in seen(pilot)
        assert "Region" not in seen(pilot)
        assert "✓ 1 passed" in seen(pilot)
        await pilot.press("3")
        await until_seen(pilot, "Plan: 3 to add")
        await pilot.press("enter")
        await until_seen(pilot, "Spend more than your limit?")
        await pilot.press("y")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Your stack is up")
        await pilot.press("enter")
        await until_on(pilot, ResourcesScreen)
        await until_seen(pilot, "a blue room")
        assert "lamps" in seen(pilot)
        await pilot.press("escape")
        await until_on(pilot, HomeScreen)
        await until_seen(pilot, "healthy")
        await pilot.press("d")
        await until_on(pilot, DestroyScreen)
        await type_text(pilot, "iris-demo")
        await pilot.press("enter")
        await until_on(pilot, MonitorScreen)
        await until_seen(pilot, "Everything is taken down")


async def test_what_a_target_lacks_is_left_out_and_comes_back_with_another(folder):
    (folder / "matcha.toml").write_text(
        '[stack.modules]\ndata_version_control = "dvc"\nexperiment_tracker = "mlflow"\n'
    )
    session = Session(Deployment(folder, every_target=True))
    async with MatchaApp(session).run_test(size=(100, 30)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        await pilot.press("down", "down")
        await until_seen(pilot, "(•) The lab")
        assert session.draft.stack.modules == ()
        await pilot.press("up")
        await until_seen(pilot, "(•) Azure")
        assert dict(session.draft.stack.modules) == {
            "data_version_control": "dvc",
            "experiment_tracker": "mlflow",
        }
