"""Configurations that the real providers would refuse."""

import json
import re
from typing import Any

import pytest

from tests.simulator.checks import check
from tests.simulator.conftest import Root
from tests.simulator.roots import CLUSTER
from tests.simulator.tables import table
from tests.simulator.values import UNKNOWN

GROUP = 'resource "azurerm_resource_group" "all" {{\n name = "matcha"\n location = "x"\n {} \n}}'


def errors(root: Root) -> list[dict[str, Any]]:
    found = json.loads(root.run("validate", "-json", code=1))["diagnostics"]
    return [{**one, "text": f"{one['summary']}: {one['detail']}"} for one in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GROUP.format("colour = 1"), 'An argument named "colour" is not expected here'),
        (GROUP.format("tags = 3"), 'Inappropriate value for attribute "tags": map of string'),
        (GROUP.format("").replace('location = "x"', ""), 'The argument "location" is required'),
        (
            CLUSTER.replace("default_node_pool", "node_pool"),
            "Insufficient default_node_pool blocks",
        ),
        (CLUSTER.replace('"Standard_D4s_v5"', "[]"), 'Inappropriate value for attribute "vm_size"'),
        (CLUSTER.replace('type = "SystemAssigned"', ""), 'The argument "type" is required'),
        (CLUSTER.replace('"SystemAssigned"', '"Mine"'), 'one of ["SystemAssigned" "UserAssigned"]'),
        (CLUSTER.replace('name       = "system"', 'name = "A"'), "must start with a lowercase"),
        (
            'resource "helm_release" "x" {\n name = "x"\n chart = "x"\n set {\n name = "a"\n }\n}',
            "Unsupported block type",
        ),
        (
            'resource "azurerm_role_assignment" "x" {\n scope = "/x"\n principal_id = "x"\n}',
            "one of `role_definition_id,role_definition_name` must be specified",
        ),
    ],
)
def test_a_wrong_configuration_fails_before_any_plan(text: str, said: str, root: Root):
    found = errors(root.write(text))
    assert any(said in one["text"] for one in found), found


def test_a_refused_value_is_pointed_out(root: Root):
    (error,) = errors(
        root.write(CLUSTER.replace('dns_prefix          = "matcha"', 'dns_prefix = "-"'))
    )
    assert error["snippet"]["code"].strip() == 'dns_prefix = "-"'


def test_a_subscription_has_to_be_named(root: Root):
    root.write(GROUP.format(""), provider='provider "azurerm" {\n  features {}\n}\n')
    assert "`subscription_id` is a required provider property" in root.run("plan", code=1)


@pytest.mark.parametrize(
    ("type_name", "given", "is_right"),
    [
        ("azurerm_storage_account", {"name": "matcha1dvc"}, True),
        ("azurerm_storage_account", {"name": "matcha-dvc"}, False),
        ("azurerm_storage_account", {"name": "m" * 25}, False),
        ("azurerm_storage_account", {"name": UNKNOWN}, True),
        ("azurerm_container_registry", {"name": "matchaab12cregistry", "sku": "Basic"}, True),
        ("azurerm_container_registry", {"name": "matcha-registry"}, False),
        ("azurerm_container_registry", {"sku": "Free"}, False),
        ("azurerm_mysql_flexible_server", {"sku_name": "B_Standard_B1ms"}, True),
        ("azurerm_mysql_flexible_server", {"sku_name": "GP_Standard_D2ads_v5"}, True),
        ("azurerm_mysql_flexible_server", {"sku_name": "Standard_B1ms"}, False),
        ("azurerm_mysql_flexible_server", {"name": "Matcha"}, False),
        ("azurerm_mysql_flexible_server", {"storage": [{"size_gb": 10}]}, False),
        ("azurerm_storage_container", {"name": "a1", "storage_account_id": "/x"}, False),
        ("azurerm_public_ip", {"domain_name_label": "1matcha"}, False),
        ("azurerm_resource_group", {"name": "matcha."}, False),
        ("kubernetes_namespace_v1", {"metadata": [{"name": "Matcha"}]}, False),
        ("azurerm_role_assignment", {"role_definition_id": UNKNOWN}, True),
        (
            "azurerm_consumption_budget_resource_group",
            {"time_period": [{"start_date": "2026-11-02T00:00:00Z"}]},
            False,
        ),
    ],
)
def test_values_are_checked_as_azure_would(type_name: str, given: dict[str, Any], is_right: bool):
    assert (check(type_name, given) == []) is is_right


def test_every_check_can_be_made():
    for rules in table("checks").values():
        for rule in rules:
            if "one_of" not in rule:
                assert sum(name in rule for name in ("pattern", "choices", "between")) == 1, rule
                re.compile(rule.get("pattern", ""))
