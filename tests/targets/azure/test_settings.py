from dataclasses import fields

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.setting import SettingType, SettingValue
from matcha_tui.targets.azure.names import derive_names
from matcha_tui.targets.azure.settings import (
    AZURE_SETTINGS,
    FIXED_SETTINGS,
    AzureSettings,
)

SETTINGS = {setting.name: setting for setting in AZURE_SETTINGS}
ID = "11111111-2222-3333-4444-55555555abCD"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("prefix", "tea", "tea"),
        ("prefix", " matcha1234 ", "matcha1234"),
        ("location", "westeurope", "westeurope"),
        ("location", "eastus2", "eastus2"),
        ("location", "", ""),
        ("subscription_id", ID, ID),
        ("subscription_id", "", ""),
        ("tenant_id", ID, ID),
        ("state", "local", "local"),
        ("node_size", "Standard_D4s_v5", "Standard_D4s_v5"),
        ("node_size", "Standard_E4-2ads_v5", "Standard_E4-2ads_v5"),
        ("node_minimum", "1", 1),
        ("node_maximum", "100", 100),
        ("gpu_node_size", "", ""),
        ("gpu_node_size", "Standard_NC4as_T4_v3", "Standard_NC4as_T4_v3"),
        ("sku_tier", "Standard", "Standard"),
        ("kubernetes_version", "", ""),
        ("kubernetes_version", "1.35", "1.35"),
        ("kubernetes_version", "1.35.2", "1.35.2"),
        ("database_sku", "GP_Standard_D2ads_v5", "GP_Standard_D2ads_v5"),
        ("database_storage_gb", "20", 20),
        ("allowed_ranges", "", ""),
        ("allowed_ranges", "203.0.113.0/24", "203.0.113.0/24"),
        ("allowed_ranges", "203.0.113.0/24, 198.51.100.7/32", "203.0.113.0/24, 198.51.100.7/32"),
        ("certificate_email", "ada@example.com", "ada@example.com"),
        ("tags", "team=research, owner=ada l", "team=research, owner=ada l"),
        ("budget", "0", 0),
        ("budget_email", "", ""),
        ("currency", "EUR", "EUR"),
        ("monthly_limit", "500", 500),
    ],
)
def test_what_can_be_typed(name: str, text: str, value: SettingValue):
    assert SETTINGS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prefix", "te"),
        ("prefix", "abcdefghijk"),
        ("prefix", "1tea"),
        ("prefix", "Tea"),
        ("prefix", "te-a"),
        ("prefix", "t\u00e9a"),
        ("prefix", "tea\u0661"),
        ("prefix", ""),
        ("location", "West Europe"),
        ("subscription_id", "11111111-2222-3333-4444"),
        ("subscription_id", f"{ID}0"),
        ("subscription_id", "my subscription"),
        ("state", "remote"),
        ("node_size", "D4s_v5"),
        ("node_size", 'Standard_D4s_v5"'),
        ("node_minimum", "0"),
        ("node_minimum", "1.5"),
        ("node_maximum", "101"),
        ("gpu_node_size", "Standard_D4s_v5"),
        ("gpu_node_maximum", "0"),
        ("sku_tier", "Premium"),
        ("kubernetes_version", "latest"),
        ("kubernetes_version", "v1.35"),
        ("database_sku", "Standard_B1ms"),
        ("database_storage_gb", "10"),
        ("allowed_ranges", "203.0.113.0"),
        ("allowed_ranges", "203.0.113.0/24;198.51.100.7/32"),
        ("allowed_ranges", "any"),
        ("certificate_email", "ada"),
        ("tags", "team"),
        ("tags", "team=${x}"),
        ("budget", "-1"),
        ("currency", "euro"),
        ("monthly_limit", "many"),
    ],
)
def test_what_cannot(name: str, text: str):
    with pytest.raises(MatchaError) as caught:
        SETTINGS[name].parse(text)
    assert caught.value.exit_code is ExitCode.USAGE
    assert name in caught.value.message


@pytest.mark.parametrize("setting", AZURE_SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_a_value_and_every_setting_says_what_it_is(setting):
    assert setting.check(setting.default) == setting.default
    assert setting.help.endswith(".")


def test_what_names_things_that_exist_is_fixed():
    assert set(FIXED_SETTINGS) <= SETTINGS.keys()
    assert AzureSettings.read({"prefix": "tea"}).prefix == "tea"
    assert AzureSettings.read({}).node_maximum == 3


def test_each_setting_is_a_field_of_the_same_name_and_type():
    assert [field.name for field in fields(AzureSettings)] == list(SETTINGS)
    plain = {SettingType.STRING: str, SettingType.CHOICE: str, SettingType.INTEGER: int}
    given = {name: field.type for name, field in zip(SETTINGS, fields(AzureSettings), strict=True)}
    unlike = {name for name, one in SETTINGS.items() if given[name] is not plain[one.type]}
    assert unlike == {"allowed_ranges", "tags"}


def test_each_field_has_what_was_set_or_the_default():
    changed: dict[str, SettingValue] = {
        name: f"own-{name}" if isinstance(setting.default, str) else setting.default + 1
        for name, setting in SETTINGS.items()
        if name not in ("allowed_ranges", "tags")
    }
    found, default = AzureSettings.read(changed), AzureSettings.read({"deployer.size": 1})
    for name, value in changed.items():
        assert getattr(found, name) == value
        assert getattr(default, name) == SETTINGS[name].default


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("", ()),
        ("203.0.113.0/24", ("203.0.113.0/24",)),
        ("203.0.113.0/24, 198.51.100.7/32", ("203.0.113.0/24", "198.51.100.7/32")),
        ("203.0.113.0/24,198.51.100.7/32", ("203.0.113.0/24", "198.51.100.7/32")),
    ],
)
def test_ranges_are_one_each(text: str, ranges: tuple[str, ...]):
    assert AzureSettings.read({"allowed_ranges": text}).allowed_ranges == ranges


def test_everything_is_tagged_with_whose_it_is_and_as_the_user_wants():
    settings = AzureSettings.read({"prefix": "tea", "tags": "team=research, owner=ada l,empty="})
    assert settings.tags == {"team": "research", "owner": "ada l", "empty": ""}
    assert settings.all_tags == {
        "created-by": "matcha-tui",
        "matcha-prefix": "tea",
        **settings.tags,
    }


def test_names_are_those_of_prefix_and_subscription():
    settings = AzureSettings.read({"prefix": "tea", "subscription_id": ID})
    assert settings.names == derive_names("tea", ID)


@pytest.mark.parametrize(("state", "is_shared"), [("shared", True), ("local", False)])
def test_the_state_is_shared_unless_it_is_to_be_local(state: str, is_shared: bool):
    assert AzureSettings.read({"state": state}).shares_state is is_shared
    assert AzureSettings.read({}).shares_state
