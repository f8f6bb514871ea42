from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.setting import SettingType
from matcha_tui.stack.usage import ClientVariable, client_variables

MODULE = """\
title = "Tracker"
description = "Tracks."
licence = "MIT"
resource = "experiment-tracker"
seconds = 3

[[property]]
name = "tracking-url"
help = "Where."

[[setting]]
name = "port"
type = "port"
help = "Port."
preferred = 5000
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A folder of modules with one flavor in it."""
    (tmp_path / "stacks.toml").write_text("")
    folder = tmp_path / "local/services/experiment_tracker/tracker"
    folder.mkdir(parents=True)
    (folder / "module.toml").write_text(MODULE)
    return tmp_path


def test_a_flavor_is_one_folder(modules: Path):
    (flavor,) = load_catalog(modules).flavors
    assert (flavor.target, flavor.layer) == ("local", "services")
    assert (flavor.module_type, flavor.name) == ("experiment_tracker", "tracker")
    assert flavor.properties[0].secret is False
    assert flavor.settings[0].type is SettingType.PORT
    assert flavor.settings[0].default == 0


def test_a_setting_says_what_it_is_called_and_shown_with(modules: Path):
    path = modules / "local/services/experiment_tracker/tracker/module.toml"
    path.write_text(f'{MODULE}label = "tracker\'s port"\ngroup = "Network"\n')
    (flavor,) = load_catalog(modules).flavors
    assert (flavor.settings[0].label, flavor.settings[0].group) == ("tracker's port", "Network")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('title = "Tracker"', "title = 3", 1, "title"),
        ('licence = "MIT"', 'license = "MIT"', 3, "license"),
        ('type = "port"', 'type = "harbour"', 13, "setting.type"),
        ("preferred = 5000", 'preferred = "5000"', 15, "setting.preferred"),
    ],
)
def test_a_faulty_module_is_named_with_line_and_key(
    modules: Path, old: str, new: str, line: int, key: str
):
    path = modules / "local/services/experiment_tracker/tracker/module.toml"
    path.write_text(MODULE.replace(old, new))
    with pytest.raises(MatchaError) as caught:
        load_catalog(modules)
    assert caught.value.message.startswith(f"{path}:{line}: {key} ")


def test_every_flavor_that_comes_with_the_product_declares_what_it_gives():
    for flavor in load_catalog().flavors:
        assert flavor.properties, flavor.name
        assert flavor.seconds > 0
        assert flavor.licence


def test_what_clients_look_for_in_their_environment_is_data(modules: Path):
    path = modules / "local/services/experiment_tracker/tracker/module.toml"
    named = MODULE.replace('help = "Where."', 'help = "Where."\nvariable = "TRACKER_URL"')
    path.write_text(f'{named}\n[client_variables]\nTRACKER_KIND = "rest"\n')
    flavors = load_catalog(modules).flavors
    given = {"experiment-tracker": {"tracking-url": "http://127.0.0.1:5000"}}
    assert client_variables(flavors, given) == (
        ClientVariable("TRACKER_URL", "http://127.0.0.1:5000"),
        ClientVariable("TRACKER_KIND", "rest"),
    )
    assert client_variables(flavors, {}) == (), "a constant alone is of no use"


def test_each_of_our_targets_has_every_preset_whole():
    for preset in load_catalog().presets.values():
        assert preset.elsewhere == {}
        assert preset.on("azure") == preset.on("local") == preset.on(None) == preset.modules
