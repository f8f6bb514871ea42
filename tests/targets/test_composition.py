import itertools
import json
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, load_catalog
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.composition import (
    compose_layer,
    composed_flavors,
    is_composed,
    modules_digest,
)
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.terraform.engine import find_engine
from tests.hard_names import folder_names

CATALOG = load_catalog()
STACKS = [
    {slot: CATALOG.names(slot)[0] for slot in slots}
    for size in range(1, len(MODULE_TYPES) + 1)
    for slots in itertools.combinations(MODULE_TYPES, size)
]


def compose(folder: Path, modules: dict[str, str], catalog: Catalog = CATALOG) -> Path:
    workspace = Workspace(folder)
    prepare_workspace(workspace)
    flavors = [catalog.find("local", *module) for module in modules.items()]
    spec = StackSpec(workspace, flavors, Config())
    layer = workspace.layer("services")
    compose_layer(spec, catalog, LOCAL, "services", LOCAL.resolve(spec), layer)
    return layer


@pytest.mark.parametrize("modules", STACKS, ids="+".join)
def test_the_flavors_of_a_layer_can_be_read_back(tmp_path: Path, modules: dict[str, str]):
    found = composed_flavors(compose(tmp_path, modules), modules)
    assert {flavor.module_type: flavor.name for flavor in found} == modules


def test_nothing_was_composed_in_an_empty_folder(tmp_path: Path):
    assert not is_composed(tmp_path)
    assert composed_flavors(tmp_path, STACKS[-1]) == ()


def test_a_layer_is_composed_in_whatever_folder_it_is_to_run_in(tmp_path: Path):
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    spec = StackSpec(workspace, [CATALOG.find("local", "data_version_control", "dvc")], Config())
    following = workspace.next_layer("services")
    compose_layer(spec, CATALOG, LOCAL, "services", LOCAL.resolve(spec), following)
    assert is_composed(following)
    assert not workspace.layer("services").exists()


def test_the_digest_tells_modules_apart_and_not_where_they_lie(tmp_path: Path):
    layers = [compose(tmp_path / name, STACKS[0]) for name in ("one", "other")]
    assert len({modules_digest(layer) for layer in layers}) == 1
    changed = next(layers[1].rglob("module.toml"))
    changed.write_text(changed.read_text() + "\n")
    assert len({modules_digest(layer) for layer in layers}) == 2


def test_variables_are_private_and_secrets_are_marked(tmp_path: Path):
    layer = compose(tmp_path, {"orchestrator": "zenml"})
    variables = layer / "terraform.tfvars.json"
    assert stat.S_IMODE(variables.stat().st_mode) == 0o600
    password = json.loads(variables.read_text())["orchestrator_password"]
    root = (layer / "main.tf.json").read_text()
    assert password not in root
    assert json.loads(root)["variable"]["orchestrator_password"]["sensitive"] is True


def test_terraform_finds_every_stack_valid(tmp_path: Path):
    engine = find_engine()
    layer = compose(tmp_path, STACKS[-1])
    for arguments in (["init", "-input=false"], ["validate"]):
        finished = subprocess.run(
            [*engine.command, *arguments, "-no-color"],
            cwd=layer,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr


def test_composing_again_replaces_what_is_no_longer_chosen(tmp_path: Path):
    compose(tmp_path, STACKS[-1])
    layer = compose(tmp_path, {"vector_database": "chroma"})
    assert set(json.loads((layer / "main.tf.json").read_text())["module"]) == {
        "supervisor",
        "vector_database",
    }


def test_a_flavor_of_the_users_lies_where_ours_would(tmp_path: Path):
    own = tmp_path / "own" / "local/services/vector_database/chroma"
    shutil.copytree(CATALOG.directory / "local/services/vector_database/chroma", own)
    (own / "main.tf").rename(own / "other.tf")
    (own / ".terraform").mkdir()
    definition = own / "module.toml"
    text = definition.read_text().replace("secret = false", "secret = true")
    definition.write_text(re.sub(r"CHROMA_(HOST|PORT) = .*", "", text))
    catalog = load_catalog(additions=[tmp_path / "own"])
    layer = compose(tmp_path / "project", {"vector_database": "chroma"}, catalog)
    copy = layer / "modules/services/vector_database/chroma"
    assert sorted(path.name for path in copy.iterdir()) == [
        "module.toml",
        "other.tf",
        "requirements.lock",
        "snippets",
        "verify.py",
    ]
    shutil.rmtree(own)
    (flavor,) = composed_flavors(layer, {"vector_database": "chroma"})
    assert (flavor.resource, flavor.properties[0].secret) == ("vector-database", True)


@given(name=folder_names)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_path_of_any_folder_is_a_value_and_never_part_of_the_root(name: str, tmp_path: Path):
    folder = tmp_path / "projects" / name / "tea"
    folder.mkdir(parents=True, exist_ok=True)
    layer = compose(folder, {"data_version_control": "dvc"})
    # Terraform takes ${ and %{ for templates in the root, and for what they are in variables.
    assert json.dumps(str(folder))[1:-1] not in (layer / "main.tf.json").read_text()
    variables = json.loads((layer / "terraform.tfvars.json").read_text())
    assert variables["context"]["services_directory"] == str(folder / ".matcha/services")


@pytest.mark.parametrize("content", ["", '{"terraform": {}, "mod', "[]", '"main"', "[" * 100_000])
@pytest.mark.parametrize("name", ["main.tf.json", "terraform.tfvars.json"])
def test_a_damaged_layer_is_not_composed(tmp_path: Path, name: str, content: str):
    layer = compose(tmp_path, {"data_version_control": "dvc"})
    (layer / name).write_text(content)
    assert not is_composed(layer)


def test_a_folder_in_the_place_of_the_root_is_not_composed(tmp_path: Path):
    (tmp_path / "main.tf.json").mkdir()
    assert not is_composed(tmp_path)
