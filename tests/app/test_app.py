"""The app as a whole: palette, themes, and what it does when it breaks."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.style import Style

from matcha_tui import Deployment
from matcha_tui.app import MatchaApp
from matcha_tui.overview import Overview
from matcha_tui.project.workspace import Workspace
from matcha_tui.screens.modules import ModulesScreen
from matcha_tui.screens.resources import ResourcesScreen
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.screens.session import Session
from matcha_tui.screens.stack import StackScreen
from matcha_tui.widgets.theme_colour import theme_colour
from tests.screens import recorded
from tests.screens.frozen import FrozenDeployment, FrozenSession, deployed
from tests.screens.keyboard import until, until_on, until_seen


async def test_every_key_of_a_screen_is_in_the_palette_with_a_sentence():
    session = FrozenSession(overview=deployed())
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "healthy")
        commands = {command.title: command.help for command in app.get_system_commands(app.screen)}
        shown = [
            binding for _, binding, _, _ in app.screen.active_bindings.values() if binding.show
        ]
        assert {"Build", "Start at login", "Resources", "Destroy", "Quit", "Theme"} <= set(commands)
        assert all(binding.id and binding.tooltip for binding in shown if binding.key != "ctrl+p")
        assert all(commands.values())


async def test_a_command_of_the_palette_does_what_its_key_does():
    session = FrozenSession(overview=deployed())
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "healthy")
        await pilot.press("ctrl+p")
        await until_seen(pilot, "Compare with what was deployed")
        await pilot.press(*"resources")
        await until_seen(pilot, "Addresses and passwords")
        await pilot.press("enter")
        await until_seen(pilot, "tracking-url")


async def test_every_theme_has_the_colours_that_are_drawn_by_hand():
    app = MatchaApp(FrozenSession())
    async with app.run_test(size=(80, 24)):
        for theme in app.available_themes:
            app.theme = theme
            for name in ("quiet", "success", "warning", "error"):
                assert Style.parse(theme_colour(app, name)).color


async def test_screens_that_colour_by_hand_follow_a_change_of_theme():
    session = FrozenSession(recorded.planned(), deployed())
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        for screen in (ModulesScreen, ReviewScreen, ResourcesScreen):
            await app.push_screen(screen(session))
            await pilot.pause()
        app.theme = "matcha-latte"
        await until_seen(pilot, "tracking-url")


class Broken(FrozenDeployment):
    secret = "correct-horse-battery"

    async def refresh(self) -> Overview:
        password = self.secret
        raise RuntimeError(f"nobody expected {password}")


class BrokenSession(FrozenSession):
    answers = Broken


async def test_a_crash_is_one_sentence_and_a_report_without_secrets(tmp_path, capsys):
    session = BrokenSession()
    workspace = Workspace(tmp_path)
    session.deployment.frozen = replace(session.deployment.frozen, workspace=workspace)
    app = MatchaApp(session)
    with pytest.raises(Exception, match="nobody expected"):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
    report = next(workspace.directory.glob("crash-*.txt"))
    assert app.return_code == 1
    assert "RuntimeError" in report.read_text()
    assert Broken.secret not in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


async def test_a_faulty_module_of_the_users_is_told_at_the_start_and_at_the_plan(tmp_path: Path):
    folder = tmp_path / "mine/local/services/experiment_tracker/mlflow"
    folder.mkdir(parents=True)
    (folder / "module.toml").write_text("[[title]]")
    (tmp_path / "matcha.toml").write_text('paths.modules = ["mine"]')
    app = MatchaApp(Session(Deployment(tmp_path)))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_seen(pilot, "A module is left out")
        await app.push_screen(ReviewScreen(app.session))
        await until_seen(pilot, "title must be a text")


async def test_a_light_theme_is_found_by_that_word():
    app = MatchaApp(FrozenSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Start")
        app.search_themes()
        await until_seen(pilot, "Search for themes")
        await pilot.press(*"light")
        await until_seen(pilot, "matcha-latte (light)")
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "matcha-latte")


async def test_what_is_chosen_in_the_wizard_outlives_the_app(tmp_path: Path):
    app = MatchaApp(Session(Deployment(tmp_path)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter", "enter")
        await until_on(pilot, ModulesScreen)
        await pilot.press("end", "space", "home", "space")
        await until_seen(pilot, "custom stack")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert Deployment(tmp_path).stack.modules == (
        ("experiment_tracker", "mlflow"),
        ("data_version_control", "dvc"),
        ("deployer", "seldon"),
        ("vector_database", "chroma"),
    )


@pytest.mark.slow
async def test_leaving_without_a_choice_writes_nothing(tmp_path: Path):
    app = MatchaApp(Session(Deployment(tmp_path)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "Start")
        await pilot.press("enter")
        await until_on(pilot, StackScreen)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert Deployment(tmp_path).project.config.stack is None
