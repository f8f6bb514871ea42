"""What can be said of the azure target's modules without running Terraform."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from matcha_tui.stack.flavor import FlavorPath, read_flavor
from matcha_tui.targets.azure.definition import parse_azure_definition

AZURE = Path(__file__).parents[2] / "terraform_modules/azure"
FOUNDATION = AZURE / "foundation"
FLAVORS = sorted(file.parent for file in AZURE.glob("platform/*/*/module.toml"))
NEEDS = {"cluster", "database", "gateway"}
PINS = {"azurerm": "~> 4.81", "kubernetes": "~> 2.38", "helm": "~> 3.1", "random": "~> 3.7"}
# What 5.x of azurerm removed or renamed
REMOVED = (
    "public_network_access_enabled",
    "trust_policy_enabled",
    "parent_id",
    "storage_account_name",
)

each_flavor = pytest.mark.parametrize("folder", FLAVORS, ids=lambda folder: folder.name)
each_folder = pytest.mark.parametrize(
    "folder",
    sorted({file.parent for file in AZURE.rglob("*.tf")}),
    ids=lambda folder: str(folder.relative_to(AZURE)),
)


def _terraform(folder: Path) -> str:
    return "\n".join(file.read_text() for file in sorted(folder.glob("*.tf")))


def _block(text: str, start: str) -> str:
    """The block that begins with a line, to the brace that closes it in the first column."""
    return text[text.index(start) :].split("\n}", 1)[0]


def _keys(text: str, output: str, depth: int) -> set[str]:
    return set(re.findall(rf"(?m)^ {{{depth}}}(\w+) +=", _block(text, f'output "{output}"')))


@each_flavor
def test_the_chart_that_people_are_told_of_is_the_one_that_is_installed(folder: Path):
    installed = re.findall(r'(?m)^  version +?= "([^"~]+)"', _terraform(folder))
    told = read_flavor(folder).definition.text("chart", "")
    assert installed == ([told] if told else [])


def test_every_module_type_has_a_flavor():
    assert {folder.parent.name for folder in FLAVORS} == {
        "data_version_control",
        "deployer",
        "experiment_tracker",
        "orchestrator",
        "vector_database",
    }


@each_flavor
def test_a_flavor_can_be_read_and_says_what_it_needs(folder: Path):
    flavor = read_flavor(folder)
    definition = tomllib.loads((folder / "module.toml").read_text())
    assert flavor.place == FlavorPath("azure", "platform", folder.parent.name, folder.name)
    assert set(definition["needs"]) <= NEEDS
    assert all(setting.help for setting in flavor.settings)


@each_flavor
def test_properties_are_those_that_the_outputs_give(folder: Path):
    text = _terraform(folder)
    flavor = read_flavor(folder)
    for output, is_secret in (("properties", False), ("secrets", True)):
        given = re.findall(r'(?:^|[{\s])"?([a-z-]+)"? += ', _block(text, f'output "{output}"'))
        given = [name for name in given if name not in ("value", "sensitive")]
        said = [one.name for one in flavor.properties if one.secret is is_secret]
        assert sorted(given) == sorted(said)


@each_flavor
def test_the_storage_account_is_the_one_that_is_made(folder: Path):
    made = re.findall(r'"\$\{var\.context\.names\.storage\}(\w+)"', _terraform(folder))
    assert "".join(made) == parse_azure_definition(read_flavor(folder).definition).storage


@each_flavor
def test_settings_are_the_variables(folder: Path):
    variables = set(re.findall(r'(?m)^variable "(\w+)"', _terraform(folder))) - {"context"}
    assert variables == {setting.name for setting in read_flavor(folder).settings}


@each_folder
def test_providers_are_pinned_and_only_those_in_use(folder: Path):
    text = _terraform(folder)
    pinned = dict(re.findall(r'source  = "hashicorp/(\w+)"\n +version = "([^"]+)"', text))
    assert pinned == {name: PINS[name] for name in pinned}
    used = {name.split("_")[0] for name in re.findall(r'(?m)^resource "(\w+)"', text)}
    used = {name for name in used if name != "terraform"}
    assert used <= set(pinned)


@each_folder
def test_every_chart_has_an_exact_version(folder: Path):
    for release in re.findall(r'(?ms)^resource "helm_release".*?^}', _terraform(folder)):
        assert re.search(r'(?m)^  version +=  *"\d+\.\d+\.\d+(-[\w.]+)?"', release)


@each_folder
def test_no_module_writes_what_the_next_provider_removed(folder: Path):
    written = set(re.findall(r"(?m)^ +(\w+) += ", _terraform(folder)))
    assert not written & set(REMOVED)


def test_the_preview_has_the_shape_of_the_outputs():
    preview: dict[str, Any] = json.loads((FOUNDATION / "preview.json").read_text())
    outputs = (FOUNDATION / "outputs.tf").read_text()
    assert set(preview["facts"]) == _keys(outputs, "facts", 4)
    assert set(preview["secrets"]) == _keys(outputs, "secrets", 4)
    parts = {name for part in preview["facts"].values() if isinstance(part, dict) for name in part}
    assert parts == _keys(outputs, "facts", 6)


def test_the_foundations_costs_are_complete():
    costs = tomllib.loads((FOUNDATION / "costs.toml").read_text())["cost"]
    whens = {"always", "cluster", "database", "gateway", "gpu", "registry"}
    whens |= {"free_tier", "standard_tier"}
    variables = (FOUNDATION / "variables.tf").read_text()
    for cost in costs:
        assert {"item", "sku", "unit", "quantity", "when"} <= set(cost)
        assert cost["when"] in whens
        for setting in (
            cost["quantity"],
            cost.get("at_most"),
            cost["sku"].partition("setting:")[2],
        ):
            assert not isinstance(setting, str) or not setting or f"    {setting} " in variables
