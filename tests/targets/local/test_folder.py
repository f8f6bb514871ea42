import os
from pathlib import Path

import pytest
from hypothesis import given

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.catalog import Flavor, load_catalog
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.local.folder import check_path
from tests.hard_names import HARD_NAMES, REFUSED_NAMES, folder_names

CATALOG = load_catalog()
MLFLOW = CATALOG.find("local", "experiment_tracker", "mlflow")
ZENML = CATALOG.find("local", "orchestrator", "zenml")
SELDON = CATALOG.find("local", "deployer", "seldon")
DVC = CATALOG.find("local", "data_version_control", "dvc")
CHROMA = CATALOG.find("local", "vector_database", "chroma")


def check(path: str | Path, *flavors: Flavor) -> None:
    remote = {"data_version_control.remote": f"{path}/remote"} if DVC in flavors else {}
    check_path(StackSpec(Workspace(Path(path)), flavors, Config(settings=remote)))


def refusal(path: str | Path, *flavors: Flavor) -> MatchaError:
    with pytest.raises(MatchaError) as refused:
        check(path, *flavors)
    assert refused.value.exit_code is ExitCode.PREFLIGHT_FAILED
    assert refused.value.message.isprintable()
    return refused.value


@pytest.mark.parametrize("name", REFUSED_NAMES, ids=ascii)
def test_what_a_terminal_would_obey_is_refused_and_shown_escaped(name: str):
    assert "control character" in refusal(f"/work/{name}/tea").message
    assert "/work/a\\" in refusal(f"/work/{name}/tea").message


@given(folder_names)
def test_whatever_else_a_folder_is_called_is_right_for_sqlite_and_chroma(name: str):
    check(f"/work/{name}", MLFLOW, ZENML, CHROMA)


@pytest.mark.parametrize("name", HARD_NAMES)
def test_what_one_module_cannot_work_with_is_refused_for_that_module_only(name: str):
    flavors = [flavor for flavor in (DVC, SELDON) if not _is_refused(name, flavor)]
    assert (DVC in flavors) == ("{" not in name)
    assert (SELDON in flavors) == ("%20" not in name)
    check(f"/work/{name}", MLFLOW, ZENML, CHROMA, *flavors)


def test_a_refusal_names_what_what_for_and_why():
    assert refusal("/work/a{b", DVC).message == (
        "DVC cannot work in a folder whose path has '{': DVC's progress bars fail at { and } in"
        " a remote's path"
    )
    assert "matcha_tui" not in refusal("/work/a%20b", SELDON).message
    assert "take that module out" in (refusal("/work/a%20b", SELDON).hint or "")


@pytest.mark.parametrize(("flavor", "database"), [(MLFLOW, "mlflow.db"), (ZENML, "zenml.db")])
def test_a_path_may_be_as_long_as_sqlite_opens(flavor: Flavor, database: str):
    below = len(f"/.matcha/services/{flavor.name}/data/{database}-journal")
    longest = _path_of(512 - below)
    check(longest, flavor)
    message = refusal(f"{longest}é", flavor).message
    assert f"2 bytes too long for {flavor.title}" in message
    assert len(message) < 300


def test_a_path_may_be_as_long_as_the_system_allows():
    system = os.pathconf("/", "PC_PATH_MAX")
    check(_path_of(system - 256), DVC)
    assert "1 bytes too long" in refusal(_path_of(system - 255), DVC).message


def test_a_path_in_the_url_of_somebodys_own_module_is_told(tmp_path: Path):
    folder = tmp_path / "local/services/experiment_tracker/mlflow"
    folder.mkdir(parents=True)
    text = (MLFLOW.folder / "module.toml").read_text()
    (folder / "module.toml").write_text(text.replace("sqlite:///", "sqlite:///{data}/"))
    check("/work/my project", read_flavor(folder))
    refused = refusal("/work/what?", read_flavor(folder))
    assert "'?'" in refused.message
    assert "{data:url}" in (refused.hint or "")
    (folder / "module.toml").write_text(text.replace("sqlite:///", "sqlite:///{data:url}/"))
    check("/work/what?", read_flavor(folder))


def _is_refused(name: str, flavor: Flavor) -> bool:
    try:
        check(f"/work/{name}", flavor)
    except MatchaError:
        return True
    return False


def _path_of(size: int) -> str:
    return ("/" + "d" * 99) * (size // 100) + ("/" + "d" * 99)[: size % 100]
