"""What is taken back is what was written, and nothing that was changed since."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.clients.connection import Note, Outcome
from matcha_tui.clients.env_file import connect_env_file, disconnect_env_file
from matcha_tui.clients.tools import connect_tools, disconnect_tools
from matcha_tui.clients.zenml import describe_changes, read_settings, restore_settings
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.usage import ClientVariable

URL = ClientVariable("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
PASSWORD = ClientVariable("ZENML_STORE_PASSWORD", "green tea", secret=True)
DEAD = {"type": "rest", "url": "http://127.0.0.1:8237"}


def as_kept(note: Note) -> dict[str, Any]:
    """Return a note as it is read back from its file."""
    kept: dict[str, Any] = json.loads(json.dumps(note))
    return kept


def connect(project: Path) -> dict[str, Any]:
    note = connect_env_file(project, [URL, PASSWORD]).note
    assert note is not None
    return as_kept(note)


def test_a_file_that_connecting_made_is_gone_with_its_line_in_gitignore(tmp_path: Path):
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("data/\n")
    note = connect(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "data/\n.env\n"
    assert "green tea" not in json.dumps(note)
    assert disconnect_env_file(tmp_path, note).outcome is Outcome.DONE
    assert not (tmp_path / ".env").exists()
    assert (tmp_path / ".gitignore").read_text() == "data/\n"
    assert disconnect_env_file(tmp_path, note).outcome is Outcome.UNCHANGED


@given(before=st.binary(max_size=60), after=st.binary(max_size=60))
def test_the_users_own_bytes_stay(tmp_path_factory: pytest.TempPathFactory, before, after):
    project = tmp_path_factory.mktemp("project")
    file = project / ".env"
    file.write_bytes(before + b"\n")
    note = connect(project)
    file.write_bytes(file.read_bytes() + after)
    disconnect_env_file(project, note)
    assert file.read_bytes() == before + b"\n" + after


def test_a_line_of_ours_that_was_changed_since_stays(tmp_path: Path):
    note = connect(tmp_path)
    file = tmp_path / ".env"
    file.write_text(file.read_text().replace(":5000", ":5001"))
    step = disconnect_env_file(tmp_path, note)
    assert "left 1 lines that were changed since" in step.text
    assert file.read_text() == "MLFLOW_TRACKING_URI=http://127.0.0.1:5001\n"


@pytest.fixture
def zenml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of a ZenML client that talked to a server of its own before."""
    monkeypatch.setenv("ZENML_CONFIG_PATH", str(tmp_path))
    write(tmp_path / "config.yaml", store={"type": "sql"}, active_stack_id="old", version="0.98.0")
    return tmp_path


def write(path: Path, **content: object) -> None:
    path.write_text(yaml.safe_dump(content))


def talk_to_a_server(folder: Path) -> dict[str, Any]:
    """Do what a ZenML client does; return the note of it."""
    before = read_settings(folder)
    write(folder / "config.yaml", store=DEAD, active_stack_id="new", version="0.98.0")
    login = {"url": DEAD["url"], "password": "green tea"}
    write(folder / "credentials.yaml", **{"other": {}, DEAD["url"]: login})
    note = describe_changes(before, read_settings(folder), {})
    # A second connection changes nothing, and what was before stays known.
    note = describe_changes(read_settings(folder), read_settings(folder), note)
    return as_kept(note)


def test_zenml_talks_again_to_what_it_did_before(zenml: Path):
    write(zenml / "credentials.yaml", other={})
    before = read_settings(zenml)
    note = talk_to_a_server(zenml)
    assert "green tea" not in json.dumps(note)
    assert len(restore_settings(note)) == 2
    assert read_settings(zenml) == before
    assert restore_settings(note) == []


def test_a_zenml_client_that_talks_to_another_server_by_now_goes_on(zenml: Path):
    note = talk_to_a_server(zenml)
    elsewhere = {"type": "rest", "url": "https://zenml.example"}
    write(zenml / "config.yaml", store=elsewhere, active_stack_id="other")
    restore_settings(note)
    assert read_settings(zenml)[str(zenml / "config.yaml")] == {
        "store": elsewhere,
        "active_stack_id": "other",
    }


def test_a_tool_that_cannot_be_reached_is_tried_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    (tmp_path / ".dvc").mkdir()
    note = {"level": "--local", "url": "/remote", "default": None}
    workspace.connections_file.write_text(json.dumps({"dvc": note}))
    monkeypatch.setenv("PATH", str(tmp_path))
    mlflow = load_catalog().find("local", "experiment_tracker", "mlflow")
    given = {"experiment-tracker": {"tracking-url": URL.value}}
    list(connect_tools(workspace, [mlflow], given))
    outcomes = {step.name: step.outcome for step in disconnect_tools(workspace)}
    assert outcomes == {
        ".env": Outcome.DONE,
        "dvc": Outcome.SKIPPED,
        "zenml": Outcome.UNCHANGED,
    }
    assert json.loads(workspace.connections_file.read_text()) == {"dvc": note}
