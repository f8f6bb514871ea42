"""Faults on demand: rules that make an operation slow, or fail with the cloud's own words."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.simulator.objects import changing
from tests.simulator.refusal import RefusedError
from tests.simulator.tables import of_type, table
from tests.simulator.values import Body

_WORD = re.compile(r"\{(\w+)\}")


def named_fault(name: str, **changes: object) -> dict[str, Any]:
    """A rule of ``tables/faults.toml``, e.g. ``vcpu_quota``.

    Args:
        name: Its name there.
        changes: Keys to set in it, e.g. ``times=1`` so that the next try succeeds.
    """
    return {**table("faults")[name], **changes}


def meet_faults(
    rules: Path, type_name: str, operation: str, words: Body, wait: Callable[[float], None]
) -> None:
    """Do what the rules say about an operation, counting it for each rule that is about it.

    Args:
        rules: The file of rules; it may be missing.
        type_name: The resource type, or the provider's name for ``configure``.
        operation: ``create``, ``read``, ``update``, ``delete``, ``plan`` or ``configure``.
        words: Values for the ``{words}`` of a rule's text.
        wait: Waits some seconds, unless Terraform stops the provider.

    Raises:
        RefusedError: As the first rule that is due says.
    """
    if not rules.exists():
        return
    for rule in json.loads(rules.read_text()):
        if not _is_about(rule, type_name, operation, words):
            continue
        with changing(rules.with_name(f"{rules.name}.calls")) as calls:
            counter = json.dumps(rule, sort_keys=True)
            calls[counter] = number = calls.get(counter, 0) + 1
        if rule.get("nth") not in (None, number) or number > rule.get("times", number):
            continue
        wait(rule.get("delay", 0))
        if "summary" in rule:
            raise RefusedError(
                _in_words(rule["summary"], words),
                _in_words(rule.get("detail", ""), words),
                rule.get("left", "nothing"),
            )


def _is_about(rule: dict[str, Any], type_name: str, operation: str, words: Body) -> bool:
    provider = type_name.split("_", 1)[0]
    providers = rule.get("provider", provider)
    return (
        rule.get("operation", "create") == operation
        and rule.get("type", type_name) == type_name
        and (provider in providers if isinstance(providers, list) else provider == providers)
        and rule.get("name", words.get("name")) == words.get("name")
    )


def _in_words(text: str, words: Body) -> str:
    """Set in the words that are known, and leave Azure's own braces alone."""
    return _WORD.sub(lambda found: str(words.get(found[1], found[0])), text.strip("\n"))


def minutes(type_name: str, operation: str) -> float:
    """How long the real thing takes."""
    return float(of_type("minutes", type_name).get(operation, 0))
