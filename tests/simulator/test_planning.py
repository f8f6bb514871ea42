"""Values and plans in the small, where a mistake would hide in a large one."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.planning import plan
from tests.simulator.schema import Attribute, Block, Nested, ProviderSchema
from tests.simulator.tables import table
from tests.simulator.templates import render
from tests.simulator.values import UNKNOWN, conform, pack, unpack

RULE = Block({"name": Attribute("R", "string"), "hash": Attribute("C", "string")})
BLOCK = Block(
    {"id": Attribute("OC", "string"), "name": Attribute("R", "string")},
    {"rule": Nested("set", RULE), "step": Nested("list", RULE), "one": Nested("single", RULE)},
)
TEXTS = st.text() | st.none() | st.just(UNKNOWN)
RULES = st.lists(st.fixed_dictionaries({"name": TEXTS, "hash": TEXTS})) | st.just(UNKNOWN)


def body(**values: Any) -> dict[str, Any]:
    return {"id": None, "name": "a", "rule": [], "step": [], "one": None, **values}


@given(st.fixed_dictionaries({"id": TEXTS, "name": TEXTS, "rule": RULES, "step": RULES}))
def test_values_come_back_as_they_went(values: dict[str, Any]):
    assert unpack(pack(body(**values), BLOCK), BLOCK) == body(**values)


def test_a_dynamic_value_keeps_its_type():
    block = ProviderSchema("kubernetes").resource("kubernetes_manifest")
    manifest = {"type": ["object", {"kind": "string"}], "value": {"kind": "Middleware"}}
    value = conform({"manifest": manifest}, block)
    assert unpack(pack(value, block), block) == value


def test_a_new_resource_is_unknown_in_all_that_it_computes():
    new = {"name": "b", "hash": None}
    state = plan("x", BLOCK, None, body(rule=[new], step=[new], one=new)).state
    known = {"name": "b", "hash": UNKNOWN}
    assert state == body(id=UNKNOWN, rule=[known], step=[known], one=known)


def test_what_is_there_stays_known_and_what_is_added_does_not():
    old, new = {"name": "b", "hash": "1"}, {"name": "c", "hash": None}
    prior = body(id="i", rule=[old], step=[old])
    state = plan("x", BLOCK, prior, body(id="i", rule=[old, new], step=[old, new])).state
    assert state["rule"] == state["step"] == [old, {"name": "c", "hash": UNKNOWN}]


def test_a_change_of_a_nested_block_can_make_a_new_object():
    block = ProviderSchema("azurerm").resource("azurerm_kubernetes_cluster")
    network = block.blocks["network_profile"].block

    def cluster(plugin: str) -> dict[str, Any]:
        profile = conform({"network_plugin": plugin}, network)
        proposed = conform({"network_profile": [profile]}, block)
        assert proposed is not None
        return plan("azurerm_kubernetes_cluster", block, None, proposed).state

    planned = plan("azurerm_kubernetes_cluster", block, cluster("kubenet"), cluster("azure"))
    assert planned.replaced == (("network_profile", 0, "network_plugin"),)


def test_templates_give_text_values_or_nothing():
    words = {"a": "x", "n": 3}
    assert render("{{{a}-{b|a}}}", words.get) == "{x-x}"
    assert render("{n}", words.get) == 3
    assert render("{a}.{b}", words.get) is None


def test_tables_name_only_what_the_schemas_have():
    providers = {name: ProviderSchema(name) for name in ("azurerm", "helm", "kubernetes", "random")}
    for name in ("planning", "computed", "checks", "minutes"):
        for type_name in table(name):
            provider, _, rest = type_name.partition("_")
            known = providers[provider].type_names
            assert not rest or type_name in known, f"{name}.toml: {type_name}"


def test_schemas_are_sent_whole():
    message = ProviderSchema("azurerm").message()
    block = message.resource_schemas["azurerm_kubernetes_cluster"].block
    attributes = {one.name: one for one in block.attributes}
    assert attributes["kube_config"].sensitive
    assert json.loads(attributes["tags"].type) == ["map", "string"]
    pool = next(one for one in block.block_types if one.type_name == "default_node_pool")
    assert (pool.min_items, pool.max_items) == (1, 1)
