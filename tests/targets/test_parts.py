"""What models are called, what they take, and how they are called."""

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.inference import curl_call, example_request, parse_inputs, python_call
from matcha_tui.targets.parts import (
    ModelInput,
    ServedModel,
    choose_model_name,
    is_uri,
    resolve_source,
)

inputs = st.builds(
    ModelInput,
    st.text(max_size=20),
    st.sampled_from(["FP64", "FP32", "INT64", "BOOL", "BYTES"]),
    st.lists(st.integers(-1, 4), min_size=1, max_size=3).map(tuple),
)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("models:/iris/1", "iris"),
        ("models:/Iris_Species@champion", "iris-species"),
        ("runs:/0a1b/model", "model"),
        ("/work/models/iris.joblib", "iris"),
    ],
)
def test_a_model_is_called_as_its_source_is(source: str, name: str):
    assert choose_model_name(source, None) == name


@pytest.mark.parametrize("name", ["", "Iris", "a/b", "..", "-a", "a" * 60])
def test_a_name_that_no_address_can_have_is_refused(name: str):
    with pytest.raises(MatchaError) as refused:
        choose_model_name("models:/iris/1", name)
    assert refused.value.exit_code is ExitCode.USAGE


@given(st.text())
def test_whatever_is_typed_is_a_source_or_refused_in_one_sentence(text: str):
    try:
        found = resolve_source(text, Path("/nowhere"))
    except MatchaError as error:
        assert error.exit_code is ExitCode.USAGE
    else:
        assert is_uri(found) or Path(found).exists()


@given(st.lists(inputs, max_size=4))
def test_a_ready_call_has_the_models_own_inputs_and_data_of_their_shape(found):
    request = example_request(found)
    for tensor, item in zip(request["inputs"], found, strict=False):
        count = 1
        for size in tensor["shape"]:
            count *= size
        assert len(tensor["data"]) == count
        assert tensor["name"] == item.name
    model = ServedModel(
        "iris", "", "http://127.0.0.1:8080/v2/models/iris/infer", "READY", "", found
    )
    words = shlex.split(curl_call(model))
    assert json.loads(words[words.index("--data") + 1]) == request
    compile(python_call(model), "call", "exec")


def test_a_model_that_does_not_say_what_it_takes_has_a_general_call():
    assert parse_inputs({}) == ()
    (tensor,) = example_request(())["inputs"]
    assert tensor["datatype"] == "FP64"
