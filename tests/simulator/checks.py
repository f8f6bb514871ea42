"""Checks of values that the real providers make before they plan."""

import re
from collections.abc import Iterator
from typing import Any

from tests.simulator.refusal import RefusedError
from tests.simulator.tables import table
from tests.simulator.values import UNKNOWN, Body


def check(type_name: str, config: Body) -> list[RefusedError]:
    """What the provider would refuse in a configuration.

    Args:
        type_name: The resource type.
        config: Its configuration; what is not known yet is not checked.
    """
    return [
        refused
        for rule in table("checks").get(type_name, [])
        for refused in _refusals(rule, config)
    ]


def _refusals(rule: dict[str, Any], config: Body) -> Iterator[RefusedError]:
    if "one_of" in rule:
        given = [name for name in rule["one_of"] if config.get(name) not in (None, [])]
        if not given or (len(given) > 1 and rule.get("exactly", True)):
            yield RefusedError(rule["summary"], rule.get("detail", ""))
        return
    for path, value in _values(config, rule["attribute"].split("."), ()):
        if value is not None and value is not UNKNOWN and not _is_right(rule, value):
            summary = rule["message"].replace("{value}", str(value))
            yield RefusedError(summary, rule.get("detail", ""), path=path)


def _is_right(rule: dict[str, Any], value: Any) -> bool:
    if "pattern" in rule:
        return re.fullmatch(rule["pattern"], str(value)) is not None
    if "choices" in rule:
        return value in rule["choices"]
    least, most = rule["between"]
    return bool(least <= float(value) <= most)


def _values(
    value: Any, names: list[str], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """All values that a path leads to, through each of several blocks."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, names, (*path, index))
    elif not names:
        yield path, value
    elif isinstance(value, dict):
        yield from _values(value.get(names[0]), names[1:], (*path, names[0]))
