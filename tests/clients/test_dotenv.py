"""What each reader of a ``.env`` makes of a value."""

import os
import re
import subprocess
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcha_tui.clients.dotenv import find_obstacle, is_plain, write_value

AWKWARD = st.text(
    st.sampled_from("ab'\"$#\\`!~*?[](){};&|<>=: \t\nrnu%@^é\u2028\u00a0"), max_size=8
)


def by_python_dotenv(line: str) -> str | None:
    found = dotenv_values(stream=StringIO(f"FIRST=1\n{line}\nLAST='it'\n"), interpolate=True)
    assert (found["FIRST"], found["LAST"]) == ("1", "it")
    return found["NAME"]


def by_sh(line: str, shell: str = "sh") -> str:
    script = f"{line}\nprintf '%s' \"$NAME\""
    return subprocess.run([shell, "-c", script], capture_output=True, check=True).stdout.decode()


def by_direnv(line: str) -> str:
    """Read one line as the parser of direnv 2.37 does, which is written in Go."""
    found = re.fullmatch(
        r"""\s*(?:export\s+)?[\w.]+\s*=\s*('(?:'|[^'])*'|"(?:"|[^"])*"|[^\s#]+)?\s*(?:#.*)?""", line
    )
    assert found, line
    value = found[1] or ""
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1].replace("\\n", "\n").replace("\\r", "\r")
        value = re.sub(r"\\([^$])", r"\1", value, flags=re.DOTALL)
    assert "$" not in value, "it would be expanded"
    return value


@settings(max_examples=150, deadline=None)
@given(AWKWARD | st.text(max_size=12))
@example("it's")
@example("a\"b\\c'd")
@example("$HOME #1")
@example("")
@example("-n")
@example("a\\'b")
def test_every_reader_takes_the_value_that_was_meant(value: str):
    form = write_value(value)
    assert (form is None) == (find_obstacle(value) is not None)
    if form is None:
        return
    line = f"NAME={form}"
    assert by_python_dotenv(line) == value
    assert by_sh(line) == value
    assert by_direnv(line) == value
    if is_plain(value):
        assert form == value  # docker takes what is after the =


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("http://127.0.0.1:5000/a?b", "'http://127.0.0.1:5000/a?b'"),
        ("http://127.0.0.1:5000/a", "http://127.0.0.1:5000/a"),
        ("/home/josé/data", "/home/josé/data"),
        ("", ""),
        ("=ls:=ls", "'=ls:=ls'"),
        ("a#b", "'a#b'"),
        ("a;AccountKey=b3Ro+mVy/Q==", "'a;AccountKey=b3Ro+mVy/Q=='"),
        ("it's", '"it\'s"'),
        ("C:\\new", "'C:\\new'"),
    ],
)
def test_a_value_has_quotes_only_where_it_needs_them(value: str, form: str):
    assert write_value(value) == form


@pytest.mark.parametrize(
    ("value", "obstacle"),
    [
        ("a\nb", "a line break"),
        ("a\rb", "a carriage return"),
        ("a\x1bb", "the control character U+001B"),
        ("a\udcffb", "the control character U+DCFF"),
        ("${HOME}", "${...}"),
        ("it's $5", "both a single quote and $"),
        ("it's `5", "both a single quote and `"),
        ("$\\\\", "a backslash at its end"),
        ("$\\\\a", "both two backslashes in a row and $"),
        ("it's \\new", "both a single quote and a backslash before n or r"),
    ],
)
def test_what_no_form_carries_is_named(value: str, obstacle: str):
    found = find_obstacle(value)
    assert found is not None
    assert obstacle in found
    assert write_value(value) is None


@pytest.mark.skipif(not os.path.exists("/bin/bash"), reason="there is no bash here")  # noqa: PTH110
def test_bash_reads_as_sh_does():
    for value in ("it's", "a!b'c", "$HOME #1", "~/a", "josé", "a\u00a0b"):
        assert by_sh(f"NAME={write_value(value)}", "bash") == value
