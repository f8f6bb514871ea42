"""The user's own folders of modules beside ours."""

import shutil
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.catalog import Catalog, load_catalog
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.stack import add_module, check_complete, preset_stack, remove_module

OURS = load_catalog()
EXAMPLE = Path(__file__).parents[1] / "examples/my_modules"
TRACKER = "local/services/experiment_tracker"


def add(base: Path, place: str, old: str = "", new: str = "") -> Path:
    """Copy our MLflow's module.toml to a place of the user's, changed."""
    text = (OURS.directory / TRACKER / "mlflow/module.toml").read_text()
    assert old in text
    folder = base / place
    folder.mkdir(parents=True)
    (folder / "module.toml").write_text(text.replace(old, new, 1))
    return folder / "module.toml"


def names(catalog: Catalog) -> set[tuple[str, str]]:
    return {(flavor.module_type, flavor.name) for flavor in catalog.flavors}


def test_a_folder_adds_a_flavor_and_changes_no_other():
    catalog = load_catalog(additions=[EXAMPLE])
    assert catalog.faults == ()
    assert names(catalog) - names(OURS) == {("data_version_control", "file_server")}
    assert all(flavor in catalog.flavors for flavor in OURS.flavors)
    assert catalog.names("data_version_control") == ("dvc", "file_server")


def test_a_folder_replaces_one_of_ours_in_its_position(tmp_path: Path):
    add(tmp_path, f"{TRACKER}/mlflow", "MLflow", "My MLflow")
    catalog = load_catalog(additions=[tmp_path])
    assert [flavor.place for flavor in catalog.flavors] == [item.place for item in OURS.flavors]
    assert catalog.find("local", "experiment_tracker", "mlflow").title == "My MLflow"


def test_of_two_folders_the_later_one_counts(tmp_path: Path):
    add(tmp_path / "a", f"{TRACKER}/mlflow", "MLflow", "First")
    add(tmp_path / "b", f"{TRACKER}/mlflow", "MLflow", "Second")
    catalog = load_catalog(additions=[tmp_path / "a", tmp_path / "b"])
    assert catalog.find("local", "experiment_tracker", "mlflow").title == "Second"


@pytest.mark.parametrize(
    ("place", "old", "new", "says"),
    [
        (f"{TRACKER}/mine", "licence =", "license =", ":3: license is not a key"),
        (f"{TRACKER}/mine", "seconds = 20", 'seconds = "20"', ":6: seconds must be a whole"),
        (f"{TRACKER}/mine", "requires = []", 'requires = ["gpu"]', ":5: requires names 'gpu'"),
        (f"{TRACKER}/mine", '"port"', '"context"', ":22: setting.name is 'context'"),
        (f"{TRACKER}/mine", "experiment-tracker", "pipeline", "belongs to orchestrator"),
        (f"{TRACKER}/mine", "experiment-tracker", "cloud", "belongs to every stack"),
        (f"{TRACKER}/chroma", "", "", "chroma is the name of a flavor of vector_database"),
        ("local/services/tracker/mine", "", "", "'tracker', which is no module type"),
        ("locale/services/experiment_tracker/mine", "", "", "'locale', which is no target"),
        ("local/platform/experiment_tracker/mine", "", "", "'platform', which is no layer"),
    ],
)
def test_a_faulty_flavor_is_named_and_takes_no_other_down(
    tmp_path: Path, place: str, old: str, new: str, says: str
):
    path = add(tmp_path, place, old, new)
    add(tmp_path, f"{TRACKER}/sound")
    catalog = load_catalog(additions=[tmp_path])
    (fault,) = catalog.faults
    assert says in fault.message
    assert str(path.parent) in fault.message
    assert names(catalog) == names(OURS) | {("experiment_tracker", "sound")}


def test_a_folder_without_flavors_is_told(tmp_path: Path):
    (fault,) = load_catalog(additions=[tmp_path]).faults
    assert fault.message == f"{tmp_path} holds no flavor"


def test_what_the_target_finds_is_a_fault_too(tmp_path: Path):
    add(tmp_path, f"{TRACKER}/mine")

    def refuse(flavor: Flavor) -> None:
        raise MatchaError(f"{flavor.name} cannot run here")

    catalog = load_catalog(additions=[tmp_path], check=refuse)
    assert [fault.message for fault in catalog.faults] == ["mine cannot run here"]


def test_building_a_faulty_flavor_is_refused_with_the_same_sentence(tmp_path: Path):
    add(tmp_path, f"{TRACKER}/mlflow", "seconds = 20", "seconds = true")
    catalog = load_catalog(additions=[tmp_path])
    default = preset_stack(catalog, "default")
    with pytest.raises(MatchaError) as caught:
        check_complete(catalog, default, "local")
    assert caught.value.message == catalog.faults[0].message
    assert caught.value.exit_code is ExitCode.FAILED
    without = remove_module(catalog, default, "experiment_tracker")
    check_complete(catalog, without, "local")
    assert add_module(catalog, without, "experiment_tracker", "mlflow") == default


def test_one_of_ours_that_is_faulty_stops_everything(tmp_path: Path):
    directory = tmp_path / "terraform_modules"
    shutil.copytree(OURS.directory, directory)
    path = directory / TRACKER / "mlflow/module.toml"
    path.write_text(path.read_text().replace("licence", "license"))
    with pytest.raises(MatchaError, match=":3: license is not a key"):
        load_catalog(directory)
