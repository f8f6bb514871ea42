"""What a plan would do to each resource, attribute by attribute, and without any secret."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcha_tui.system.plain_text import clean_line, escape_line

SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"

_NO_OP = ["no-op"]
_WHOLE = "everything"
_LONGEST = 4000  # characters of a value: more of a file or a certificate helps nobody
_SHORTEST_SECRET, _LONG_SECRET = 4, 8  # what is hidden where it is whole; and within a text, too
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute that a plan sets, changes or removes.

    Attributes:
        name: Its path within the resource: ``tags.team``, ``rule[0].port``.
        before: Its value as JSON, `SENSITIVE`, or ``None`` where there was none.
        after: The same for what it will be, or `UNKNOWN`.
        forces_replacement: Whether the resource is made anew because of it.
    """

    name: str
    before: str | None = None
    after: str | None = None
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """What a plan would do to one resource.

    Attributes:
        layer: Its layer.
        address: Its full address.
        attributes: What differs, in the order of their names.
    """

    layer: str
    address: str
    attributes: tuple[AttributeChange, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """The two values at one path, and what Terraform says of them."""

    before: Any
    after: Any
    before_marks: Any
    after_marks: Any
    unknown: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.before, self.after, self.before_marks, self.after_marks, self.unknown)

    @property
    def is_sensitive(self) -> bool:
        return self.before_marks is True or self.after_marks is True

    @property
    def differs(self) -> bool:
        return self.before != self.after or _is_true_anywhere(self.unknown)


@dataclass(frozen=True, slots=True)
class _Known:
    """What forces a resource to be replaced, and what is to be hidden wherever it is."""

    forcing: tuple[_Path, ...]
    secrets: frozenset[str]

    def forces(self, path: _Path) -> bool:
        return any(
            path[: len(one)] == one or one[: len(path)] == path for one in self.forcing if one
        )

    def has_secret(self, value: _Value) -> bool:
        both = [value.before, value.after]
        texts = [text for one in both for text in _marked_texts(one, True)]
        return any(text in self.secrets for text in texts) or any(
            secret in text
            for secret in self.secrets
            if len(secret) >= _LONG_SECRET
            for text in texts
        )


def show_plan(
    engine: Sequence[str],
    plan: str | Path,
    *,
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """Have the engine print a plan as JSON, secrets and all: never to be written anywhere.

    Args:
        engine: Its command.
        plan: The plan's file.
        directory: The root that it was made in; by default the current one.
        environment: What the engine is run in; by default as this program is.
    """
    return subprocess.run(
        [*engine, "show", "-json", str(plan)],
        cwd=directory,
        env=environment,
        capture_output=True,
        check=False,
    )


def find_planned(layer: str, plan: Mapping[str, Any]) -> Iterator[PlannedResource]:
    """Yield what a plan would do to each resource that it changes.

    Args:
        layer: The layer that was planned.
        plan: What ``show -json`` says of it.
    """
    secrets = frozenset(_find_secrets(plan))
    for item in plan.get("resource_changes", ()):
        change = item["change"]
        if change["actions"] == _NO_OP:
            continue
        forcing = tuple(tuple(path) for path in change.get("replace_paths") or ())
        value = _Value(
            change.get("before"),
            change.get("after"),
            change.get("before_sensitive"),
            change.get("after_sensitive"),
            change.get("after_unknown"),
        )
        found = _find_changes((), value, _Known(forcing, secrets))
        yield PlannedResource(layer, clean_line(str(item["address"])), tuple(found))


def _find_secrets(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text that is sensitive somewhere in a plan.

    Terraform forgets that where a provider copies a value: ``output`` of ``terraform_data``
    has in clear what its ``input`` hides. Outputs do not count: one secret hides them as a whole.
    """
    declared = plan.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, variable in plan.get("variables", {}).items():
        is_sensitive = declared.get(name, {}).get("sensitive", False)
        yield from _marked_texts(variable.get("value"), is_sensitive)
    for change in (item["change"] for item in plan.get("resource_changes", ())):
        yield from _marked_texts(change.get("before"), change.get("before_sensitive"))
        yield from _marked_texts(change.get("after"), change.get("after_sensitive"))


def _marked_texts(value: Any, marks: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from _marked_texts(_at(value, step), _at(marks, step))
    elif marks is True and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        yield value


def _find_changes(path: _Path, value: _Value, known: _Known) -> Iterator[AttributeChange]:
    """Yield what differs below a path; a value that is sensitive as a whole stays closed."""
    if not value.differs:
        return
    steps = [] if value.is_sensitive or value.unknown is True else _steps(value)
    if not steps:
        yield _describe(path, value, known)
    for step in steps:
        inner = _Value(*(_at(part, step) for part in value.parts))
        yield from _find_changes((*path, step), inner, known)


def _describe(path: _Path, value: _Value, known: _Known) -> AttributeChange:
    is_sensitive = _is_true_anywhere([value.before_marks, value.after_marks])
    hidden = SENSITIVE if is_sensitive or known.has_secret(value) else ""
    before = None if value.before is None else hidden or _text(value.before)
    after = None if value.after is None else hidden or _text(value.after)
    if _is_true_anywhere(value.unknown):
        after = UNKNOWN
    return AttributeChange(_name(path), before, after, known.forces(path))


def _steps(value: _Value) -> list[str] | list[int]:
    """Return the keys or the indices one step below; nothing below what has no parts."""
    holders = [part for part in (value.before, value.after) if part is not None]
    parts = [*holders, value.unknown] if isinstance(value.unknown, dict | list) else holders
    if parts and all(isinstance(part, dict) for part in parts):
        return sorted({str(key) for part in parts for key in part})
    if parts and all(isinstance(part, list) for part in parts):
        return list(range(max(map(len, parts))))
    return []


def _at(part: Any, step: str | int) -> Any:
    """Return what is one step below; what Terraform says of all, it says of each."""
    if part is True:
        return True
    if isinstance(part, dict):
        return part.get(step)
    if isinstance(part, list) and isinstance(step, int) and step < len(part):
        return part[step]
    return None


def _is_true_anywhere(marks: Any) -> bool:
    if isinstance(marks, dict):
        return any(map(_is_true_anywhere, marks.values()))
    if isinstance(marks, list):
        return any(map(_is_true_anywhere, marks))
    return marks is True


def _name(path: _Path) -> str:
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step}]"
        elif step.replace("-", "_").isidentifier():
            words += f".{step}" if words else step
        else:
            words += f"[{_text(step)}]"
    return escape_line(words) or _WHOLE


def _text(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} … ({len(text):,} characters)"
    return escape_line(text)
