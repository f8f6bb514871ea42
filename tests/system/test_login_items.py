"""The files by which the system starts something at login."""

import os
import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.system.login_items import LoginItem, format_agent, format_unit

words = st.lists(st.text("ab \\\"'%$;#\n", min_size=1), min_size=1, max_size=4)


def read_command(unit: str) -> list[str]:
    """Return the words of ExecStart, as systemd.syntax(7) reads them."""
    (line,) = re.findall(r"(?m)^ExecStart=(.*)$", unit)
    read = []
    for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', line):
        text = quoted.replace("%%", "%").replace("$$", "$")
        read.append(re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text))
    return read


@given(words)
def test_a_command_is_read_as_it_was_meant(command: list[str]):
    item = LoginItem("matcha-tea", "100 % tea", command, Path("/tmp/a % folder"))
    unit = format_unit(item)
    assert read_command(unit) == command
    assert "Description=100 %% tea\n" in unit
    assert "WorkingDirectory=/tmp/a %% folder\n" in unit
    assert plistlib.loads(format_agent(item))["ProgramArguments"] == command


def test_variables_are_quoted_as_a_whole():
    item = LoginItem("matcha-tea", "tea", ["tea"], Path("/"), {"PATH": "/a b:/c%"})
    assert 'Environment="PATH=/a b:/c%%"\n' in format_unit(item)
    assert plistlib.loads(format_agent(item))["EnvironmentVariables"] == {"PATH": "/a b:/c%"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_takes_the_unit(tmp_path: Path):
    unit, folder = tmp_path / "matcha-tea.service", tmp_path / "100 % tea"
    folder.mkdir()
    command = ["/bin/true", "a b", 'a "quoted" \\ $word', "%h"]
    unit.write_text(format_unit(LoginItem("matcha-tea", "tea", command, folder, {"A": "b c"})))
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
