import itertools
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, load_catalog
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import Intent
from matcha_tui.targets.composition import (
    compose_layer,
    composed_backend,
    composed_flavors,
    composed_modules,
    refuse_lower_values,
)
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.terraform.engine import find_engine
from tests.azure.project import SETTINGS
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
    intent = Intent(workspace, flavors, Config())
    return compose_layer(intent, catalog, LOCAL, "services", LOCAL.resolve(intent))


@pytest.mark.parametrize("modules", STACKS, ids="+".join)
def test_what_a_layer_was_composed_of_can_be_read_back(tmp_path: Path, modules: dict[str, str]):
    assert composed_modules(compose(tmp_path, modules)) == modules


def test_nothing_was_composed_in_an_empty_folder(tmp_path: Path):
    assert composed_modules(tmp_path) is None


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
    definition.write_text(definition.read_text().replace("secret = false", "secret = true"))
    catalog = load_catalog(additions=[tmp_path / "own"])
    layer = compose(tmp_path / "project", {"vector_database": "chroma"}, catalog)
    copy = layer / "modules/services/vector_database/chroma"
    assert sorted(path.name for path in copy.iterdir()) == [
        "module.toml",
        "other.tf",
        "requirements.lock",
    ]
    shutil.rmtree(own)
    (flavor,) = composed_flavors(layer)
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
    assert composed_modules(layer) == {"data_version_control": "dvc"}


def test_what_can_only_grow_is_not_lowered_below_what_was_composed(tmp_path: Path):
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    flavors = [CATALOG.find("azure", "vector_database", "chroma")]
    layer = workspace.layer(flavors[0].layer)

    def wanting(size: int | None) -> Intent:
        chosen = {} if size is None else {"vector_database.storage_gb": size}
        return Intent(workspace, flavors, Config("azure", settings={**SETTINGS, **chosen}))

    refuse_lower_values(layer, wanting(1))  # nothing was composed yet
    chosen = wanting(64)
    compose_layer(chosen, CATALOG, AZURE, flavors[0].layer, AZURE.resolve(chosen))
    refuse_lower_values(layer, wanting(65))
    for size in (63, None):  # its default is less, too
        with pytest.raises(MatchaError, match="storage_gb is 64 in what is deployed"):
            refuse_lower_values(layer, wanting(size))
    output = json.loads((layer / "main.tf.json").read_text())["output"]["sizes"]
    assert output == {"value": {"vector_database_storage_gb": "${var.vector_database_storage_gb}"}}


def test_what_can_only_grow_is_not_lowered_below_what_a_colleague_built(tmp_path: Path):
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    flavors = [CATALOG.find("azure", "vector_database", "chroma")]
    layer = workspace.layer(flavors[0].layer)
    layer.mkdir()
    outputs = {"sizes": {"value": {"vector_database_storage_gb": 64}}}
    (layer / "shared.tfstate").write_text(json.dumps({"outputs": outputs}))
    with pytest.raises(MatchaError, match="storage_gb is 64 in what is deployed"):
        refuse_lower_values(layer, Intent(workspace, flavors, Config("azure")))


DAMAGED_ROOTS = {
    "truncated": '{"terraform": {}, "module": {"deplo',
    "empty": "",
    "not JSON": "terraform {}",
    "not UTF-8": b"\xff\xfe{}",
    "a list": "[]",
    "a text": '"main"',
    "endless": "[" * 100_000,
    "modules as a list": '{"terraform": {}, "module": ["deployer"]}',
    "a module as a text": '{"terraform": {}, "module": {"deployer": "seldon"}}',
    "a module without source": '{"terraform": {}, "module": {"deployer": {}}}',
    "a source as a number": '{"terraform": {}, "module": {"deployer": {"source": 5}}}',
}


@pytest.mark.parametrize("content", DAMAGED_ROOTS.values(), ids=DAMAGED_ROOTS)
def test_a_damaged_root_is_named_with_the_way_out(tmp_path: Path, content: str | bytes):
    root = tmp_path / "main.tf.json"
    root.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(MatchaError, match=r"main\.tf\.json is damaged") as caught:
        composed_modules(tmp_path)
    assert "Remove it. The next `matcha provision`" in (caught.value.hint or "")


@pytest.mark.parametrize("content", ["{}", '{"terraform": []}', '{"terraform": {"backend": 5}}'])
def test_a_damaged_backend_is_named(tmp_path: Path, content: str):
    (tmp_path / "main.tf.json").write_text(content)
    with pytest.raises(MatchaError, match=r"main\.tf\.json is damaged"):
        composed_backend(tmp_path)


def test_a_folder_in_the_place_of_the_root_is_damage(tmp_path: Path):
    (tmp_path / "main.tf.json").mkdir()
    for read in (composed_modules, composed_backend, composed_flavors):
        with pytest.raises(MatchaError, match=r"main\.tf\.json is damaged"):
            read(tmp_path)


@pytest.mark.parametrize("content", ["", '{"vector_database_sto', "[1]", "5"])
def test_damaged_variables_are_named(tmp_path: Path, content: str):
    flavors = [CATALOG.find("azure", "vector_database", "chroma")]
    intent = Intent(Workspace(tmp_path), flavors, Config("azure", settings=SETTINGS))
    (tmp_path / "terraform.tfvars.json").write_text(content)
    with pytest.raises(MatchaError, match=r"terraform\.tfvars\.json is damaged"):
        refuse_lower_values(tmp_path, intent)
