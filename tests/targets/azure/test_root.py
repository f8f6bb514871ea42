"""What the composed roots hold, without Terraform."""

import json
from pathlib import Path
from typing import Any

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from tests.azure.project import MODULES, SUBSCRIPTION
from tests.azure.roots import compose

CATALOG = load_catalog()
PLACE = {"resource_group": "tea-state", "account": "teaia4ggstate", "container": "state"}
TENANT = "99999999-8888-7777-6666-555555555555"


def read_root(folder: Path, layer: str, *modules: str, **more: Any) -> dict[str, Any]:
    workspace = compose(folder, modules, catalog=CATALOG, **more)
    found: dict[str, Any] = json.loads((workspace.layer(layer) / "main.tf.json").read_text())
    return found


def read_context(folder: Path, *modules: str, **settings: Any) -> dict[str, Any]:
    workspace = compose(folder, modules, settings, catalog=CATALOG)
    file = workspace.layer(FOUNDATION) / "terraform.tfvars.json"
    context: dict[str, Any] = json.loads(file.read_text())["context"]
    return context


def test_dvc_alone_has_no_cluster_and_so_no_providers_for_one(tmp_path: Path):
    root = read_root(tmp_path, PLATFORM, "data_version_control")
    assert set(root["provider"]) == {"azurerm"}
    assert set(root["module"]) == {"data_version_control"}
    assert set(root["output"]["resources"]["value"]) == {"cloud", "data-version-control"}
    assert read_context(tmp_path, "data_version_control")["needs"] == []


def test_what_lives_in_a_cluster_is_reached_by_what_the_foundation_gives(tmp_path: Path):
    root = read_root(tmp_path, PLATFORM, "deployer")
    assert set(root["provider"]) == {"azurerm", "kubernetes", "helm"}
    assert root["provider"]["helm"]["kubernetes"] == root["provider"]["kubernetes"]
    assert root["provider"]["kubernetes"]["host"] == "${local.secrets.cluster_host}"
    assert root["module"]["deployer"]["depends_on"] == ["module.gateway"]
    assert root["variable"]["secrets"]["sensitive"] is True
    assert root["output"]["resources"]["sensitive"] is True


@pytest.mark.parametrize(
    ("module_type", "size", "is_there"),
    [
        ("deployer", "Standard_NC4as_T4_v3", True),
        ("deployer", "", False),
        ("data_version_control", "Standard_NC4as_T4_v3", False),
    ],
)
def test_kubernetes_is_told_of_gpus_where_there_are_some(
    tmp_path: Path, module_type: str, size: str, is_there: bool
):
    settings = {"gpu_node_size": size}
    root = read_root(tmp_path, "platform", module_type, settings=settings)
    assert ("gpu" in root["module"]) is is_there


def test_the_foundation_never_needs_a_provider_for_what_it_makes_itself(tmp_path: Path):
    root = read_root(tmp_path, FOUNDATION, *MODULES)
    assert set(root["provider"]) == {"azurerm"}
    assert root["output"]["secrets"]["sensitive"] is True
    azurerm = root["provider"]["azurerm"]
    assert azurerm["subscription_id"] == SUBSCRIPTION
    assert azurerm["resource_provider_registrations"] == "none"
    assert "tenant_id" not in azurerm


def test_the_tenant_is_passed_on_where_it_is_set(tmp_path: Path):
    for layer in (FOUNDATION, PLATFORM):
        root = read_root(tmp_path, layer, "deployer", settings={"tenant_id": TENANT})
        assert root["provider"]["azurerm"]["tenant_id"] == TENANT


@pytest.mark.parametrize("layer", [FOUNDATION, PLATFORM])
def test_a_shared_state_is_named_in_the_root_and_one_a_layer(tmp_path: Path, layer: str):
    root = read_root(tmp_path, layer, "deployer", settings={"state": "shared"}, state=PLACE)
    backend = root["terraform"]["backend"]["azurerm"]
    assert backend == {
        "resource_group_name": "tea-state",
        "storage_account_name": "teaia4ggstate",
        "container_name": "state",
        "key": f"{layer}.tfstate",
        "use_azuread_auth": True,
        "subscription_id": SUBSCRIPTION,
    }


@pytest.mark.parametrize(
    ("setting", "state"), [("local", {}), ("local", PLACE), ("shared", {})], ids=str
)
def test_else_the_state_is_a_file(tmp_path: Path, setting: str, state: dict[str, str]):
    root = read_root(tmp_path, PLATFORM, "deployer", settings={"state": setting}, state=state)
    assert "backend" not in root["terraform"]


def test_settings_reach_terraform_as_the_modules_take_them(tmp_path: Path):
    context = read_context(
        tmp_path,
        "deployer",
        allowed_ranges="203.0.113.0/24, 198.51.100.7/32",
        tags="team=research,owner=ada",
        node_maximum=7,
    )
    assert context["allowed_ranges"] == ["203.0.113.0/24", "198.51.100.7/32"]
    assert context["tags"] == {
        "created-by": "matcha-tui",
        "matcha-prefix": "tea",
        "team": "research",
        "owner": "ada",
    }
    assert context["node_maximum"] == 7
    assert read_context(tmp_path, "deployer")["allowed_ranges"] == []


def test_a_place_of_the_state_that_is_not_whole_is_told(tmp_path: Path):
    place = {name: value for name, value in PLACE.items() if name != "account"}
    with pytest.raises(MatchaError) as caught:
        read_root(tmp_path, PLATFORM, "deployer", settings={"state": "shared"}, state=place)
    assert caught.value.message == "matcha.toml: [state] has no 'account'"
