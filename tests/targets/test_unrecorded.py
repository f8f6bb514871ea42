"""What is read back of a deployment that has no record."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.record import LayerState, Record
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import MODULE_TYPES, load_catalog
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import StackSpec, Target
from matcha_tui.targets.composition import compose_layer
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.targets.unrecorded import find_unrecorded
from tests.azure.project import MODULES, SETTINGS

CATALOG = load_catalog()
STACKS = [
    {slot: CATALOG.names(slot)[0] for slot in slots}
    for size in range(1, len(MODULE_TYPES) + 1)
    for slots in itertools.combinations(MODULE_TYPES, size)
]
DVC = {"data_version_control": "dvc"}
CHROMA = {"vector_database": "chroma"}


def intend(
    folder: Path, target: Target, modules: dict[str, str], **settings: SettingValue
) -> StackSpec:
    """Return what `matcha.toml` asks for in a folder, which is made a project."""
    workspace = Workspace(folder)
    prepare_workspace(workspace)
    flavors = [CATALOG.find(target.name, *module) for module in modules.items()]
    base: dict[str, SettingValue] = dict(SETTINGS) if target is AZURE else {}
    return StackSpec(workspace, flavors, Config(target.name, settings=base | settings))


def build(spec: StackSpec, *layers: str) -> None:
    """Compose a target's layers, and let Terraform have resources in some of them."""
    target = AZURE if spec.config.target == "azure" else LOCAL
    values = target.resolve(spec)
    for layer in target.layers:
        folder = spec.workspace.layer(layer)
        compose_layer(spec, CATALOG, target, layer, values, folder)
    for layer in layers:
        write_state(spec.workspace.layer(layer) / "terraform.tfstate", lineage=f"of {layer}")


def write_state(file: Path, **more: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    resources = [{"mode": "managed", "instances": [{}]}]
    file.write_text(json.dumps({"version": 4, "resources": resources, **more}))


def find(spec: StackSpec) -> Record:
    found = find_unrecorded(AZURE if spec.config.target == "azure" else LOCAL, spec)
    assert found is not None
    return found


@pytest.mark.parametrize("modules", STACKS, ids="+".join)
def test_the_stack_is_what_was_composed_whatever_is_chosen_by_now(
    tmp_path: Path, modules: dict[str, str]
):
    build(intend(tmp_path, LOCAL, modules), "services")
    assert find(intend(tmp_path, LOCAL, DVC)).modules == modules


def test_the_stack_of_every_layer_is_found(tmp_path: Path):
    build(intend(tmp_path, AZURE, MODULES), "foundation", "platform")
    found = find(intend(tmp_path, AZURE, DVC))
    assert found.target == "azure"
    assert found.modules == MODULES


def test_nothing_is_found_where_terraform_has_nothing(tmp_path: Path):
    spec = intend(tmp_path, LOCAL, DVC)
    assert find_unrecorded(LOCAL, spec) is None
    build(spec)
    assert find_unrecorded(LOCAL, spec) is None


@pytest.mark.parametrize("name", ["services", "foundation", "platform"])
def test_a_layer_is_whole_once_a_provision_has_finished(tmp_path: Path, name: str):
    spec = intend(tmp_path, LOCAL if name == "services" else AZURE, DVC)
    build(spec, name)
    found = find(spec).layers
    assert found[name].state is LayerState.PARTIAL
    assert {layer.state for other, layer in found.items() if other != name} <= {LayerState.GONE}
    spec.workspace.state_file.write_text("{}")
    found = find(spec).layers
    assert {layer.state for layer in found.values()} == {LayerState.WHOLE}
    assert found[name].lineage == f"of {name}"


def test_what_cannot_change_is_what_was_composed(tmp_path: Path):
    build(intend(tmp_path, AZURE, DVC), "foundation")
    edited = intend(tmp_path, AZURE, DVC, prefix="coffee", location="northeurope")
    fixed = find(edited).fixed
    assert (fixed["prefix"], fixed["location"]) == ("tea", "westeurope")


def test_what_can_only_grow_is_what_was_composed(tmp_path: Path):
    build(intend(tmp_path, AZURE, CHROMA, **{"vector_database.storage_gb": 64}), "platform")
    for wanted in ({}, {"vector_database.storage_gb": 63}):
        found = find(intend(tmp_path, AZURE, CHROMA, **wanted))
        assert found.settings["vector_database.storage_gb"] == 64


@pytest.mark.parametrize("size", [32, 96])
def test_what_can_only_grow_is_no_less_than_what_a_colleague_built(tmp_path: Path, size: int):
    spec = intend(tmp_path, AZURE, CHROMA, **{"vector_database.storage_gb": size})
    outputs = {"sizes": {"value": {"vector_database_storage_gb": 64}}}
    write_state(spec.workspace.layer("platform") / "shared.tfstate", outputs=outputs)
    assert find(spec).settings["vector_database.storage_gb"] == 64
    build(spec)  # and grown here, by a run that did not come to its end
    assert find(spec).settings["vector_database.storage_gb"] == max(size, 64)


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
    spec = intend(tmp_path, LOCAL, DVC)
    build(spec, "services")
    root = spec.workspace.layer("services") / "main.tf.json"
    root.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(MatchaError, match=r"main\.tf\.json is damaged") as caught:
        find(spec)
    assert "Remove it. The next `matcha provision`" in (caught.value.hint or "")
    root.unlink()
    assert find(spec).modules == DVC


def test_a_folder_in_the_place_of_the_root_is_damage(tmp_path: Path):
    spec = intend(tmp_path, LOCAL, DVC)
    write_state(spec.workspace.layer("services") / "terraform.tfstate")
    (spec.workspace.layer("services") / "main.tf.json").mkdir()
    with pytest.raises(MatchaError, match=r"main\.tf\.json is damaged"):
        find(spec)


@pytest.mark.parametrize("content", ["", '{"vector_database_sto', "[1]", "5"])
def test_damaged_variables_are_named(tmp_path: Path, content: str):
    spec = intend(tmp_path, AZURE, CHROMA)
    build(spec, "platform")
    (spec.workspace.layer("platform") / "terraform.tfvars.json").write_text(content)
    with pytest.raises(MatchaError, match=r"terraform\.tfvars\.json is damaged"):
        find(spec)
