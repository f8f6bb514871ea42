import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, load_catalog
from matcha_tui.stack.stack import (
    Stack,
    add_module,
    check_complete,
    make_stack,
    preset_stack,
    remove_module,
)

CATALOG = load_catalog()
EMPTY = Stack("custom", ())


def test_the_default_stack_has_all_but_the_vector_database():
    assert dict(preset_stack(CATALOG, "default").modules) == {
        "orchestrator": "zenml",
        "experiment_tracker": "mlflow",
        "data_version_control": "dvc",
        "deployer": "seldon",
    }


def test_the_llm_stack_adds_the_vector_database():
    llm = preset_stack(CATALOG, "LLM")
    assert llm.name == "llm"
    assert llm == add_module(CATALOG, preset_stack(CATALOG, "default"), "vector_database", "chroma")


def test_an_edit_of_a_preset_makes_it_custom_and_back_again():
    edited = remove_module(CATALOG, preset_stack(CATALOG, "default"), "orchestrator")
    assert edited.name == "custom"
    assert add_module(CATALOG, edited, "orchestrator", "zenml").name == "default"


def test_removing_what_is_not_there_changes_nothing():
    default = preset_stack(CATALOG, "default")
    assert remove_module(CATALOG, default, "vector_database") == default


@pytest.mark.parametrize(
    ("attempt", "named", "guess"),
    [
        (lambda: preset_stack(CATALOG, "lmm"), "'lmm'", "'llm'"),
        (lambda: remove_module(CATALOG, EMPTY, "orchestrater"), "'orchestrater'", "'orchestrator'"),
        (lambda: add_module(CATALOG, EMPTY, "deployer", "seldom"), "'seldom'", "'seldon'"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest_guess(attempt, named, guess):
    with pytest.raises(MatchaError) as caught:
        attempt()
    assert caught.value.exit_code is ExitCode.USAGE
    assert named in caught.value.message
    assert caught.value.hint is not None
    assert guess in caught.value.hint


def test_a_stack_without_modules_cannot_be_built():
    with pytest.raises(MatchaError, match="no modules") as caught:
        check_complete(CATALOG, EMPTY, "local")
    assert caught.value.exit_code is ExitCode.REFUSED


def test_every_preset_can_be_built_on_this_machine():
    for name in CATALOG.presets:
        check_complete(CATALOG, preset_stack(CATALOG, name), "local")


EDITS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["add", "remove"]), st.sampled_from(list(MODULE_TYPES))),
        st.tuples(st.just("set"), st.sampled_from(list(CATALOG.presets))),
    ),
    max_size=20,
)


@given(EDITS)
def test_any_sequence_of_edits_keeps_a_stack_well_formed(edits: list[tuple[str, str]]):
    stack = preset_stack(CATALOG, "default")
    for verb, word in edits:
        stack = _edit(CATALOG, stack, verb, word)
        slots = [slot for slot, _ in stack.modules]
        assert slots == [slot for slot in MODULE_TYPES if slot in slots]
        assert (word in (*slots, stack.name)) == (verb != "remove")
        assert make_stack(CATALOG, dict(stack.modules)) == stack
        is_preset = dict(stack.modules) in [dict(p.modules) for p in CATALOG.presets.values()]
        assert (stack.name == "custom") != is_preset


def _edit(catalog: Catalog, stack: Stack, verb: str, word: str) -> Stack:
    if verb == "set":
        return preset_stack(catalog, word)
    if verb == "remove":
        return remove_module(catalog, stack, word)
    return add_module(catalog, stack, word, catalog.names(word)[0])
