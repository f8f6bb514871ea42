"""Which index uv asks, as it is told to people."""

import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.services.index import ask_index, describe_index, mask, uv_environment
from tests.services.tiny_index import SECRET, TinyIndex


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "uv's default index"),
        ({"UV_DEFAULT_INDEX": "https://tea:pw@x/simple"}, "https://tea:****@x/simple"),
        ({"UV_INDEX_URL": "https://token@x/simple"}, "https://****@x/simple"),
        ({"PIP_INDEX_URL": "https://x/pip"}, "https://x/pip"),
        ({"PIP_INDEX_URL": "https://x/pip", "UV_INDEX_URL": "https://x/uv"}, "https://x/uv"),
        (
            {"UV_INDEX": "one=https://a:b@x/1 https://x/2"},
            "uv's default index (after one=https://a:****@x/1, https://x/2)",
        ),
        ({"PIP_EXTRA_INDEX_URL": "https://x/1"}, "uv's default index (after https://x/1)"),
    ],
)
def test_it_is_named_without_its_password(variables: dict[str, str], told: str) -> None:
    assert describe_index(uv_environment(variables)) == told


@given(
    password=st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), min_size=4),
    path=st.sampled_from(["", "/simple", "/a/b/"]),
)
def test_no_password_of_an_address_is_in_a_masked_text(password: str, path: str) -> None:
    assume(set(password) != {"*"})
    quoted = "".join(f"%{ord(character):02X}" for character in password)
    variables = {"UV_DEFAULT_INDEX": f"https://tea:{quoted}@index{path}"}
    text = f"cannot reach https://tea:{quoted}@index{path}, nor <<{password}>>, nor <<{quoted}>>"
    masked = mask(text, variables)
    assert quoted not in masked
    assert f"<<{password}>>" not in masked


def test_a_password_in_a_variable_of_its_own_is_masked() -> None:
    assert mask("it is hunter2", {"UV_INDEX_TEA_PASSWORD": "hunter2"}) == "it is ****"


def test_uv_itself_says_which_index_answers(index: TinyIndex) -> None:
    variables = uv_environment({**os.environ, "UV_DEFAULT_INDEX": index.url})
    told = ask_index("tiny", "tiny-thing==1.0", variables)
    assert told == index.url.replace(SECRET, "****")
    with pytest.raises(MatchaError, match="its packages are not on the package index") as refused:
        ask_index("tiny", "tiny-thing==2.0", variables)
    assert "uv says: " in str(refused.value.hint)
    assert SECRET not in f"{refused.value} {refused.value.hint}"
