"""The draft keeps what was typed, and hands on only what will do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import declared_settings
from matcha_tui.screens.draft import (
    make_config,
    settings_by_owner,
    start_draft,
    validation_error,
)
from matcha_tui.stack.setting import Setting, SettingType
from tests.screens.frozen import FrozenSession

PROJECT = FrozenSession().deployment.project
DECLARED = declared_settings(PROJECT.choices, "local")
EVERY_TYPE = (
    Setting("text", SettingType.STRING, "A text.", "", pattern="[a-z]+"),
    Setting("number", SettingType.INTEGER, "A number.", 3, minimum=1, maximum=9),
    Setting("truth", SettingType.BOOLEAN, "Yes or no.", default=False),
    Setting("choice", SettingType.CHOICE, "One of two.", "a", choices=("a", "b")),
    Setting("port", SettingType.PORT, "A port.", 0, preferred=5000),
)


@given(st.sampled_from(EVERY_TYPE), st.text())
def test_whatever_is_typed_either_will_do_or_is_complained_about_in_a_sentence(setting, text):
    error = validation_error(setting, text)
    if not text.strip():
        assert error == ""
    elif error:
        assert error.startswith((f"{setting.name} must be ", f"{setting.name} cannot be "))
        with pytest.raises(MatchaError):
            setting.parse(text)
    else:
        assert setting.check(setting.parse(text)) == setting.parse(text)


@given(st.dictionaries(st.sampled_from(sorted(DECLARED)), st.text()))
def test_only_sound_values_that_differ_from_their_default_are_saved(typed):
    draft = replace(start_draft(PROJECT), typed=typed)
    for name, value in make_config(PROJECT, draft).settings.items():
        setting = DECLARED[name]
        assert setting.type is not SettingType.SECRET
        assert setting.check(value) == value != setting.default


def test_settings_are_gathered_by_module_in_the_order_of_the_stack():
    owners = settings_by_owner(PROJECT, start_draft(PROJECT))
    assert [title for title, _settings in owners] == ["ZenML", "MLflow", "DVC", "MLServer (Seldon)"]


def test_typing_makes_a_new_draft():
    before = start_draft(PROJECT)
    after = before.with_typed("experiment_tracker.port", "x")
    assert (dict(before.typed), dict(after.typed)) == ({}, {"experiment_tracker.port": "x"})
