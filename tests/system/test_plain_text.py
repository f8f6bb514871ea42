"""What a terminal would obey is removed; what people read stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.system.plain_text import clean_line, clean_text, escape_line

ANY_TEXT = st.text(st.characters(), max_size=200)
ESCAPES = st.lists(
    st.sampled_from(
        [
            "\x1b",
            "[",
            "]",
            "0;",
            "31m",
            "\x07",
            "\\",
            "\x9b",
            "\x9d",
            "P",
            "a",
            "\n",
            "\r",
            "\u202e",
        ]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://127.0.0.1\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPsecret\x1b\\shown", "shown"),
        ("\x9b2Jgone", "gone"),
        ("\x1b(Bplain", "plain"),
        ("a\tb", "a\tb"),
        ("bell\x07 nul\x00", "bell nul"),
        ("\u202eevil\u202c", "evil"),
        ("\x1b]never ended", "never ended"),
        ("lone \ud800 surrogate", "lone \N{REPLACEMENT CHARACTER} surrogate"),
        ("Grüße, 世界 🍵", "Grüße, 世界 🍵"),
    ],
)
def test_sequences_go_and_text_stays(text: str, cleaned: str) -> None:
    assert clean_line(text) == cleaned


def test_lines_are_kept_apart_only_in_text() -> None:
    assert clean_text("one\r\ntwo\rthree") == "one\ntwo\nthree"
    assert clean_line("one\r\ntwo\rthree\n") == "one two three"


@given(ANY_TEXT | ESCAPES)
def test_no_control_character_is_left(text: str) -> None:
    assert_harmless(clean_line(text))
    assert_harmless(clean_text(text).replace("\n", ""))


@given(ANY_TEXT | ESCAPES)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


def assert_harmless(text: str) -> None:
    assert not [c for c in text if c != "\t" and unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(text) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2069")
    text.encode()


@given(ANY_TEXT)
def test_an_escaped_line_has_nothing_to_remove_and_says_what_was_there(text: str):
    escaped = escape_line(text)
    assert clean_text(escaped) == escaped
    assert "\t" not in escaped
    is_clean = clean_text(text) == text and not set(text) & set("\t\n")
    assert (escaped == text) == is_clean


def test_bytes_that_are_not_utf_8_are_shown_as_they_are():
    assert escape_line("a\x1b[1m\n\udcff\u202eé") == r"a\x1b[1m\x0a\xff\u202eé"
