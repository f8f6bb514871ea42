"""Every deployment is listed, and one that has lost its folder is ended."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, Matcha
from tests.ports import free_port

EXAMPLE = Path(__file__).parents[1] / "examples/my_modules"
SERVER = (
    'version = 1\npaths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
    '[stack.modules]\ndata_version_control = "file_server"\n'
)


@pytest.fixture
def own(matcha: Matcha, tmp_path: Path) -> Matcha:
    """The command with a register of its own, where one real server is deployed."""
    command = replace(
        matcha, environment=matcha.environment | {"XDG_STATE_HOME": str(tmp_path / "state")}
    )
    port = str(free_port())  # other tests choose by another register
    shutil.copytree(EXAMPLE, command.folder / "my_modules")
    (command.folder / "matcha.toml").write_text(SERVER)
    provision = command(
        "provision", "--yes", "--trust-modules", "--set", f"data_version_control.port={port}"
    )
    assert provision.returncode == 0, provision.stderr
    return command


def listed(matcha: Matcha, *words: str) -> list[dict[str, object]]:
    answer = matcha("ls", "--output", "json", *words)
    return list(json.loads(answer.stdout)["deployments"])


def test_a_deployment_is_listed_until_it_is_destroyed(own: Matcha, tmp_path: Path):
    (row,) = listed(own)
    assert (row["folder"], row["target"], row["state"]) == (str(own.folder), "local", "up")
    assert row["modules"] == {"data_version_control": "file_server"}
    port = int(own.get("data-version-control", "http-url").rpartition(":")[2])
    assert row["ports"] == [port]
    assert int(str(row["memory_bytes"])) > 1_000_000
    elsewhere = Matcha(tmp_path / "elsewhere", own.environment)
    elsewhere.folder.mkdir()
    (elsewhere.folder / "matcha.toml").write_text(DVC_ONLY)
    assert elsewhere("provision", "--yes").returncode == 0
    assert elsewhere("ls").stdout.count("\n") == 2
    assert own("stop").returncode == 0
    assert {row["state"] for row in listed(own)} == {"stopped", "up"}
    for one in (own, elsewhere):
        assert one("destroy", "--yes").returncode == 0
    empty = own("ls")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "Nothing of yours is deployed" in empty.stderr


@pytest.mark.slow
def test_what_has_lost_its_folder_is_found_refused_and_ended(own: Matcha):
    shutil.rmtree(own.folder / ".matcha")
    assert own.processes()
    (row,) = listed(own)
    assert (row["state"], row["running"]) == ("lost its folder", ["file_server"])
    refused = own("provision", "--yes")
    assert refused.returncode == 4
    assert "file_server still runs here from an earlier deployment" in refused.stderr
    assert "matcha doctor --fix" in refused.stderr
    no_terminal = own("ls", "--end-lost")
    assert no_terminal.returncode == 2
    ended = own("ls", "--end-lost", "--yes")
    assert ended.returncode == 0, ended.stderr
    assert f"{own.folder}: ended file_server" in ended.stderr
    own.wait_until_ended()
    again = own("provision", "--yes")
    assert again.returncode == 0, again.stderr
    assert own("destroy", "--yes").returncode == 0


@pytest.mark.slow
def test_what_runs_of_a_folder_that_is_gone_is_found_from_anywhere(own: Matcha, tmp_path: Path):
    elsewhere = Matcha(tmp_path, own.environment)
    shutil.rmtree(own.folder)
    (row,) = listed(elsewhere)
    assert row["state"] == "lost its folder"
    assert elsewhere("ls", "--end-lost", "--yes").returncode == 0
    own.wait_until_ended()
    assert listed(elsewhere) == []


@pytest.mark.slow
def test_the_doctor_ends_what_was_lost(own: Matcha):
    shutil.rmtree(own.folder / ".matcha")
    fixed = own("doctor", "--fix", "--yes")
    assert "Ended: file_server." in fixed.stdout + fixed.stderr
    own.wait_until_ended()


def test_a_damaged_entry_is_none(own: Matcha, tmp_path: Path):
    (entry,) = (tmp_path / "state").rglob("deployments/*.json")
    entry.write_text("{")
    assert own("ls").returncode == 0
    assert own("destroy", "--yes").returncode == 0
    assert not list((tmp_path / "state").rglob("deployments/*.json"))
