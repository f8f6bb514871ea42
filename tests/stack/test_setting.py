import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.setting import HIGHEST_PORT, LOWEST_PORT, Setting, SettingType

PORT = Setting("port", SettingType.PORT, "A port.", 0, preferred=5000)
SIZE = Setting("size", SettingType.INTEGER, "A size.", 3, minimum=1, maximum=5)
PREFIX = Setting("prefix", SettingType.STRING, "A prefix.", "matcha", pattern="[a-z][a-z0-9]*")
COLOUR = Setting("colour", SettingType.CHOICE, "A colour.", "red", choices=("red", "green"))
FLAG = Setting("flag", SettingType.BOOLEAN, "A flag.", False)
SECRET = Setting("password", SettingType.SECRET, "A secret.", "")


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (PORT, " 5001 ", 5001),
        (PORT, "0", 0),
        (SIZE, "5", 5),
        (PREFIX, "abc1", "abc1"),
        (COLOUR, "green", "green"),
        (FLAG, "Yes", True),
        (FLAG, "off", False),
    ],
)
def test_what_was_typed_becomes_a_value(setting: Setting, text: str, value: object):
    assert setting.parse(text) == value
    assert setting.check(value) == value


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        (PORT, "80"),
        (PORT, "40000"),
        (PORT, "-1"),
        (PORT, "five"),
        (PORT, ""),
        (SIZE, "6"),
        (SIZE, "1e1"),
        (SIZE, "٣"),
        (PREFIX, "1abc"),
        (PREFIX, "abc\n1"),
        (COLOUR, "blue"),
        (FLAG, "maybe"),
    ],
)
def test_what_is_no_value_is_refused_in_one_sentence(setting: Setting, text: str):
    with pytest.raises(MatchaError) as caught:
        setting.parse(text)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.message.startswith(
        (f"{setting.name} must be ", f"{setting.name} cannot be ")
    )


@pytest.mark.parametrize("value", [True, "5000", 1.5, None])
def test_a_file_must_hold_the_right_type(value: object):
    with pytest.raises(MatchaError, match="whole number"):
        PORT.check(value)


@given(st.text())
def test_any_text_is_a_port_in_range_or_refused(text: str):
    try:
        value = PORT.parse(text)
    except MatchaError:
        return
    assert isinstance(value, int)
    assert value == 0 or LOWEST_PORT <= value <= HIGHEST_PORT


@given(st.text(min_size=1))
def test_a_refused_secret_is_not_repeated(text: str):
    try:
        SECRET.parse(text)
    except MatchaError as error:
        assert repr(text.strip()) not in error.message
