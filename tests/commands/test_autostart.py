"""A stack that is started at each login; systemctl is a stand-in that keeps what it was asked."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, Matcha
from tests.system.test_login_items import read_command

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$XDG_CONFIG_HOME/asked"
if [ -n "$SYSTEMCTL_SAYS" ]; then echo "$SYSTEMCTL_SAYS" >&2; exit 1; fi
"""


@pytest.fixture
def here(matcha: Matcha, tmp_path: Path) -> Matcha:
    """A deployed stack, on a machine with systemd."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL)
    (programs / "systemctl").chmod(0o700)
    (tmp_path / "settings").mkdir()
    variables = {
        "XDG_CONFIG_HOME": str(tmp_path / "settings"),
        "PATH": f"{programs}:{matcha.environment['PATH']}",
    }
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    return replace(matcha, environment=matcha.environment | variables)


@pytest.mark.slow
def test_it_is_enabled_seen_and_taken_back_by_a_destroy(here: Matcha, tmp_path: Path):
    refused = here("autostart", "enable")
    assert refused.returncode == 3
    assert "nothing is deployed" in refused.stderr
    assert here("provision", "--yes").returncode == 0
    assert here("autostart", "status").stdout == "disabled\n"
    enabled = here("autostart", "enable")
    assert enabled.returncode == 0, enabled.stderr
    (unit,) = (tmp_path / "settings/systemd/user").iterdir()
    assert here("autostart", "status").stdout == f"enabled: {unit}\n"
    assert json.loads(here("autostart", "status", "--output", "json").stdout)["enabled"] is True
    command = read_command(unit.read_text())
    assert command[-2:] == ["start", "--unless-stopped"]
    assert f"WorkingDirectory={here.folder}\n" in unit.read_text()
    destroyed = here("destroy", "--yes")
    assert destroyed.returncode == 0, destroyed.stderr
    assert not unit.exists()
    asked = (tmp_path / "settings/asked").read_text().splitlines()
    assert asked[1:3] == ["--user daemon-reload", f"--user enable {unit.name}"]
    assert asked[-2:] == [f"--user disable {unit.name}", "--user daemon-reload"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("says", "sentence", "status"),
    [
        ("Failed to connect to bus: No such file", "nothing on this machine starts programs", 3),
        ("Unit is masked", "systemctl --user daemon-reload failed: Unit is masked", 1),
    ],
)
def test_where_it_cannot_be_nothing_is_left_behind(
    here: Matcha, tmp_path: Path, says: str, sentence: str, status: int
):
    assert here("provision", "--yes").returncode == 0
    failing = replace(here, environment=here.environment | {"SYSTEMCTL_SAYS": says})
    answer = failing("autostart", "enable")
    assert answer.returncode == status
    assert sentence in answer.stderr
    assert not list((tmp_path / "settings").rglob("*.service"))
    assert "was not started at login" in here("autostart", "disable").stderr
    assert here("destroy", "--yes").returncode == 0
