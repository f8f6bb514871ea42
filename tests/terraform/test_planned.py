"""What a plan would do, attribute by attribute, without any secret."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.planned import (
    SENSITIVE,
    UNKNOWN,
    AttributeChange,
    find_planned,
    show_plan,
)
from tests.terraform.conftest import Workbench, outcome

SECRET = "correct-horse"

WITH_SECRETS = f"""
variable "password" {{
  type      = string
  default   = "{SECRET}"
  sensitive = true
}}
resource "terraform_data" "server" {{
  input            = {{ port = PORT, password = var.password, in = ["${{var.password}}!"] }}
  triggers_replace = [PORT, var.password]
}}
"""


def change(before: Any, after: Any, **more: Any) -> dict[str, Any]:
    actions = ["create"] if before is None else ["delete"] if after is None else ["update"]
    return {
        "address": "a.b",
        "change": {"actions": actions, "before": before, "after": after, **more},
    }


def found(*changes: dict[str, Any]) -> list[AttributeChange]:
    plan = {"resource_changes": list(changes)}
    return [one for resource in find_planned("services", plan) for one in resource.attributes]


async def test_a_real_plan_shows_what_differs_and_no_secret(bench: Workbench, engine: Engine):
    bench.configure(rest=WITH_SECRETS.replace("PORT", "5000"))
    await outcome(bench.start())
    bench.configure(rest=WITH_SECRETS.replace("PORT", "5001").replace("horse", "mule"))
    run = bench.start(lambda directory: bench.applying(directory)[:2])
    await outcome(run)
    shown = show_plan(engine.command, run.directory / "plan", directory=bench.root)
    assert b"correct-mule" in shown.stdout  # so that there is something to hide
    (resource,) = find_planned("services", json.loads(shown.stdout))
    assert resource.address == "terraform_data.server"
    assert resource.attributes[:6] == (
        AttributeChange("id", resource.attributes[0].before, UNKNOWN),
        AttributeChange("input.in[0]", SENSITIVE, SENSITIVE),
        AttributeChange("input.password", SENSITIVE, SENSITIVE),
        AttributeChange("input.port", "5000", "5001"),
        resource.attributes[4],
        AttributeChange("triggers_replace[0]", "5000", "5001", forces_replacement=True),
    )
    assert "correct" not in repr(resource)


def test_only_what_differs_is_named_and_what_is_unknown_says_so():
    assert found(
        change(
            {"id": "1", "tags": {"team": "a", "in use": True}, "size": 1, "gone": "x"},
            {"tags": {"team": "b", "in use": True, "new one": [1]}, "size": 1, "gone": None},
            after_unknown={"id": True, "tags": {}},
        )
    ) == [
        AttributeChange("gone", '"x"'),
        AttributeChange("id", '"1"', UNKNOWN),
        AttributeChange('tags["new one"][0]', None, "1"),
        AttributeChange("tags.team", '"a"', '"b"'),
    ]
    assert found({"address": "a.b", "change": {"actions": ["no-op"]}}) == []


def test_what_is_created_and_destroyed_is_shown_whole():
    assert found(change(None, {"a": 1, "b": None})) == [AttributeChange("a", None, "1")]
    assert found(change({"a": [1, 2], "b": None}, None)) == [
        AttributeChange("a[0]", "1"),
        AttributeChange("a[1]", "2"),
    ]


def test_what_forces_a_replacement_says_so():
    (one, other) = found(
        change({"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "c": 2}, replace_paths=[["a", "b"]])
    )
    assert one.forces_replacement
    assert not other.forces_replacement


def test_data_from_outside_is_plain_text_of_bearable_length():
    (one, other) = found(
        change(None, {"a\x1b]0;x\x07": "b\x1b[31m\u202e\x9b1m", "long": "x" * 60_000})
    )
    assert one == AttributeChange('["a\\u001b]0;x\\u0007"]', None, '"b\\u001b[31m\\u202e\\x9b1m"')
    assert len(other.after or "") < 5000
    assert (other.after or "").endswith("(60,002 characters)")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(SECRET) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


def marks_of(value: Any) -> Any:
    """Mark every secret, as Terraform does."""
    if isinstance(value, dict):
        return {key: marks_of(part) for key, part in value.items()}
    if isinstance(value, list):
        return [marks_of(part) for part in value]
    return value == SECRET


@given(VALUES, VALUES)
def test_a_secret_is_never_shown_whatever_becomes_of_its_place(before: Any, after: Any):
    marks = {"before_sensitive": marks_of(before), "after_sensitive": marks_of(after)}
    assert SECRET not in repr(found(change(before, after, **marks)))
