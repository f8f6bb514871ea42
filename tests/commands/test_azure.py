"""What is refused, dropped or kept on the target azure before any run begins."""

import json
from pathlib import Path

import pytest

from matcha_tui.project.config import Config, open_config, parse_config
from matcha_tui.project.config_writing import write_config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.selection import choices_of
from matcha_tui.stack.catalog import load_catalog
from tests.azure.project import SETTINGS
from tests.azure.project import write_config as choose
from tests.commands.in_process import MatchaHere

PLACE = {"resource_group": "tea-state", "account": "teaia4ggstate", "container": "state"}


def deploy(matcha: MatchaHere) -> None:
    """Leave what a provision of DVC alone leaves."""
    choose(matcha.folder, ["data_version_control"])
    prepare_workspace(Workspace(matcha.folder))
    for layer, source in (("foundation", "./modules/foundation"), ("platform", None)):
        directory = matcha.folder / ".matcha/infrastructure" / layer
        directory.mkdir(parents=True)
        module = (
            {"foundation": {"source": source}}
            if source
            else {"data_version_control": {"source": "./modules/platform/x/dvc"}}
        )
        (directory / "main.tf.json").write_text(json.dumps({"terraform": {}, "module": module}))
        state = {"resources": [{"mode": "managed", "instances": [{}]}]}
        (directory / "terraform.tfstate").write_text(json.dumps(state))


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        ((), "location is not set", "--location westeurope"),
        (("--location", "westeurope"), "subscription_id is not set", "az login"),
        (("--location", "West Europe"), "location cannot be", "region"),
        (("--prefix", "te"), "prefix cannot be", "3 to 10 small letters"),
        (("--set", "subscription_id=mine"), "subscription_id cannot be", "az account show"),
        (("--set", "node_sice=x"), "no setting", "Did you mean 'node_size'?"),
    ],
)
def test_what_cannot_be_built_is_refused_at_once(
    matcha_here: MatchaHere, words: tuple[str, ...], says: str, hint: str
):
    answer = matcha_here("provision", "--yes", "--no-preflight", "--target", "azure", *words)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert hint in answer.stderr
    assert not (matcha_here.folder / ".matcha/runs").exists() or not list(
        (matcha_here.folder / ".matcha/runs").iterdir()
    )


def test_another_target_drops_what_means_nothing_there(matcha_here: MatchaHere):
    choose(matcha_here.folder, ["data_version_control"], {"node_maximum": 5})
    answer = matcha_here("provision", "--yes", "--target", "local", "--set", "nothing=1")
    assert answer.returncode == 2
    for name in (*SETTINGS, "node_maximum"):
        assert f"{name} means nothing on the target local: dropped" in answer.stderr
    assert 'target = "azure"' in (matcha_here.folder / "matcha.toml").read_text()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--prefix", "other"), "prefix"),
        (("--location", "northeurope"), "location"),
        (("--set", "state=shared"), "state"),
        (("--set", f"subscription_id={'0' * 8}-2222-3333-4444-{'0' * 12}"), "subscription_id"),
    ],
)
def test_what_names_things_cannot_be_changed_while_they_exist(
    matcha_here: MatchaHere, words: tuple[str, ...], name: str
):
    deploy(matcha_here)
    before = (matcha_here.folder / "matcha.toml").read_bytes()
    answer = matcha_here("provision", "--yes", "--no-preflight", *words)
    assert answer.returncode == 3
    assert f"{name} cannot be changed while a stack is deployed" in answer.stderr
    assert (matcha_here.folder / "matcha.toml").read_bytes() == before


def test_the_target_cannot_be_changed_while_something_is_deployed(matcha_here: MatchaHere):
    deploy(matcha_here)
    before = (matcha_here.folder / "matcha.toml").read_bytes()
    answer = matcha_here("provision", "--yes", "--target", "local")
    assert answer.returncode == 3, answer.stderr
    assert "matcha destroy" in answer.stderr
    assert (matcha_here.folder / "matcha.toml").read_bytes() == before


def test_a_destroy_on_azure_keeps_no_data(matcha_here: MatchaHere):
    deploy(matcha_here)
    answer = matcha_here("destroy", "--yes", "--keep-data")
    assert answer.returncode == 2
    assert "on Azure a destroy keeps no data" in answer.stderr


def test_where_the_shared_state_is_survives_being_written(tmp_path: Path):
    path, choices = tmp_path / "matcha.toml", choices_of(load_catalog())
    config = Config("azure", settings={"prefix": "tea", "location": "westeurope"}, state=PLACE)
    write_config(path, config, choices)
    assert parse_config(open_config(path), choices) == config
    assert "[state]" in path.read_text()
    text = path.read_text()
    write_config(path, parse_config(open_config(path), choices), choices)
    assert path.read_text() == text
