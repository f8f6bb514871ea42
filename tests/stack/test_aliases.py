"""A module is called by its type, its flavor or its resource, in any case, with - or _."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.aliases import Aliases, find_setting, make_aliases
from matcha_tui.stack.catalog import MODULE_TYPES, Flavor, load_catalog

CATALOG = load_catalog()
LOCAL = [flavor for flavor in CATALOG.flavors if flavor.target == "local"]
DECLARED = {
    f"{item.module_type}.{setting.name}": setting for item in LOCAL for setting in item.settings
}


def types(flavors: list[Flavor]) -> Aliases:
    return make_aliases("module type", MODULE_TYPES, flavors, lambda flavor: flavor.module_type)


@given(
    flavor=st.sampled_from(LOCAL),
    kind=st.sampled_from(["module_type", "resource", "name"]),
    style=st.sampled_from([str.upper, str.lower, str.title]),
    mark=st.sampled_from(["-", "_"]),
)
def test_every_name_of_every_module_is_understood(flavor, kind, style, mark):
    word = style(getattr(flavor, kind)).replace("-", "_").replace("_", mark)
    assert types(LOCAL).find(word) == flavor.module_type
    for setting in flavor.settings:
        dotted = f"{flavor.module_type}.{setting.name}"
        key = style(setting.name).replace("_", mark)
        assert find_setting(f"{word}.{key}", DECLARED, types(LOCAL)) == dotted


def test_a_flavor_named_as_another_module_type_gives_way_to_it():
    mine = replace(LOCAL[0], name="deployer", module_type="orchestrator")
    assert types([*LOCAL, mine]).find("deployer") == "deployer"
    assert "orchestrator (or pipeline, zenml)" in types([*LOCAL, mine]).listed


def test_a_flavor_of_two_module_types_is_refused_until_it_is_clear_which_is_meant():
    mlflow = next(flavor for flavor in LOCAL if flavor.name == "mlflow")
    both = [*LOCAL, replace(mlflow, module_type="vector_database", resource="vector-database")]
    with pytest.raises(MatchaError) as refused:
        types(both).find("mlflow")
    assert refused.value.exit_code is ExitCode.USAGE
    assert refused.value.hint == "Say which: experiment_tracker or vector_database."
    assert types(both).find("mlflow", lambda meant: meant == "vector_database") == "vector_database"


def test_a_resource_of_its_own_goes_before_a_module_type():
    names = make_aliases(
        "resource", ["orchestrator", "pipeline"], LOCAL, lambda item: item.resource
    )
    assert names.find("orchestrator") == "orchestrator"
    assert names.find("orchestrator", lambda meant: meant == "pipeline") == "pipeline"
    assert names.find("zenml") == "pipeline"


def test_a_refusal_lists_all_that_is_accepted():
    with pytest.raises(MatchaError) as refused:
        types(LOCAL).find("seldom")
    assert refused.value.hint is not None
    for flavor in LOCAL:
        assert flavor.module_type in refused.value.hint
        assert flavor.name in refused.value.hint
    assert refused.value.hint.endswith("Did you mean 'seldon'?")


@pytest.mark.parametrize("word", ["nothing.port", "port", "mlflow.", ".port", "mlflow.a.b", ""])
def test_a_setting_that_is_not_there_is_refused(word: str):
    with pytest.raises(MatchaError, match="is no setting") as refused:
        find_setting(word, DECLARED, types(LOCAL))
    assert "experiment_tracker.port" in str(refused.value.hint)
    assert "orchestrator.password" not in str(refused.value.hint)  # a secret is refused, too
