"""What a plan says of changes behind Terraform's back, without any secret."""

from typing import Any

from matcha_tui.targets.drift import Deviation, find_drift


def changed(address: str, before: Any, after: Any, **marks: Any) -> dict[str, Any]:
    actions = ["update"] if after else ["delete"]
    change = {"actions": actions, "before": before, "after": after, **marks}
    return {"address": address, "change": change}


def planned(address: str, *actions: str) -> dict[str, Any]:
    return {"address": address, "change": {"actions": list(actions)}}


def test_what_a_provision_would_undo_is_drift_and_the_rest_changes_by_itself():
    plan = {
        "resource_drift": [
            changed("a.size", {"id": "/a", "size": 1}, {"id": "/a", "size": 2}),
            changed("a.gone", {"id": "/gone"}, None),
            changed("a.etag", {"etag": "x"}, {"etag": "y"}),
        ],
        "resource_changes": [
            planned("a.size", "update"),
            planned("a.gone", "create"),
            planned("a.etag", "no-op"),
            planned("a.new", "create"),
        ],
    }
    assert list(find_drift(plan)) == [
        Deviation("a.size", "size: 1 -> 2", resource_id="/a"),
        Deviation("a.gone", "it was deleted", resource_id="/gone"),
    ]
    assert list(find_drift({})) == []


def test_no_secret_and_no_long_text_is_told():
    before = {"password": "green", "tags": {"a": "x" * 99}, "open": False}
    after = {"password": "black", "tags": {"a": "y" * 99}, "open": True}
    plan = {
        "resource_drift": [changed("a.b", before, after, after_sensitive={"password": True})],
        "resource_changes": [planned("a.b", "update")],
    }
    (found,) = find_drift(plan)
    assert found.text == "open: false -> true, password was changed, tags was changed"
