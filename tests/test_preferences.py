"""What a user wants everywhere is read, kept and explained."""

import subprocess
from pathlib import Path

import pytest
from textual.color import Color

from matcha_tui.app import MatchaApp
from matcha_tui.errors import MatchaError
from matcha_tui.preferences import Preferences, read_preferences, save_theme
from matcha_tui.screens.component_log import ComponentLogScreen
from matcha_tui.theme import OFFERED, OTHERS
from tests.command_line import SCRIPTS, make_environment
from tests.screens.frozen import FrozenSession, deployed
from tests.screens.keyboard import until, until_on, until_seen

TEXTS = ("foreground", "primary", "accent", "success", "warning", "error", "quiet")
GROUNDS = ("background", "surface")
AA = 4.5  # WCAG 2.2, success criterion 1.4.3


def luminance(colour: Color) -> float:
    """Return the relative luminance, as WCAG 2.2 defines it."""

    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


def test_every_theme_that_is_offered_can_be_read():
    app = MatchaApp(FrozenSession())
    assert set(app.available_themes) == set(OFFERED)
    for name, theme in app.available_themes.items():
        colours = {**OTHERS, **theme.to_color_system().generate(), **theme.variables}
        for text in TEXTS:
            for ground in GROUNDS:
                found = contrast(colours[text], colours[ground])
                assert found >= AA, f"{name}: {text} on {ground} has {found:.1f}"


def test_a_theme_is_remembered_and_the_rest_of_the_file_stays(tmp_path: Path):
    file = tmp_path / "settings/config.toml"
    save_theme(file, "matcha-latte")
    assert read_preferences(file) == Preferences(theme="matcha-latte")
    file.write_text('# mine\nbell = true # at the end\ntheme = "nord"\n[keys]\n"home.log" = "L"\n')
    save_theme(file, "rose-pine")
    assert read_preferences(file) == Preferences("rose-pine", bell=True, keys={"home.log": "L"})
    assert file.read_text().startswith("# mine\nbell = true # at the end\n")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("theme = 3\n", "theme"),
        ("thema = 'nord'\n", "thema"),
        ("theme = \n", "config.toml"),
        ("[keys]\n'home.log' = 1\n", "home.log"),
    ],
)
def test_a_faulty_file_is_explained_and_opens_the_wizard_all_the_same(
    tmp_path: Path, content: str, sentence: str
):
    file = tmp_path / "config.toml"
    file.write_text(content)
    found = read_preferences(file)
    assert found.problem is not None
    assert sentence in found.problem.message
    assert (found.theme, found.keys) == ("", {})


def test_what_is_no_toml_is_not_overwritten(tmp_path: Path):
    file = tmp_path / "config.toml"
    file.write_text("theme = \n")
    with pytest.raises(MatchaError, match="is no TOML"):
        save_theme(file, "nord")
    assert file.read_text() == "theme = \n"


async def test_a_theme_that_is_chosen_is_there_the_next_time(tmp_path: Path):
    file = tmp_path / "config.toml"
    app = MatchaApp(FrozenSession())
    app.preferences_file = file
    async with app.run_test() as pilot:
        app.theme = "matcha-latte"
        await until(pilot, file.exists)
    again = MatchaApp(FrozenSession(), read_preferences(file))
    assert again.theme == "matcha-latte"
    assert MatchaApp(FrozenSession(), Preferences(theme="gone")).theme == "matcha"


async def test_another_key_does_the_same():
    app = MatchaApp(FrozenSession(overview=deployed()), Preferences(keys={"home.log": "L"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_seen(pilot, "L Log")
        await pilot.press("L")
        await until_on(pilot, ComponentLogScreen)


async def test_what_is_wrong_with_the_file_is_said():
    preferences = Preferences(problem=MatchaError("config.toml, line 1: thema is unknown"))
    async with MatchaApp(FrozenSession(), preferences).run_test(notifications=True) as pilot:
        await until_seen(pilot, "Your preferences")


def test_the_command_says_where_they_are_and_what_counts(tmp_path: Path):
    environment = make_environment(XDG_CONFIG_HOME=str(tmp_path))

    def matcha(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(SCRIPTS / "matcha"), "config", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    file = tmp_path / "matcha-tui/config.toml"
    assert matcha("path").stdout == f"{file}\n"
    assert 'theme = "matcha"' in matcha("show").stdout
    file.parent.mkdir()
    file.write_text("thema = 1\n")
    refused = matcha("show")
    assert refused.returncode == 1
    assert "thema" in refused.stderr
