"""Giving values to what a plan left unknown, as the cloud does in an apply."""

import hashlib
import json
from typing import Any

from tests.simulator.schema import Attribute, Block, Nested
from tests.simulator.tables import of_type
from tests.simulator.templates import Surroundings, Words, render
from tests.simulator.values import UNKNOWN, Body, change_each

_NOTHING: dict[str, Any] = {"string": "", "number": 0, "bool": False}


def fill(type_name: str, block: Block, planned: Body, surroundings: Surroundings) -> Body:
    """Make a whole resource of a planned one.

    Args:
        type_name: The resource type.
        block: Its shape.
        planned: Its attributes; those that are `UNKNOWN` are given values.
        surroundings: The account that it is in.
    """
    return _Filling(type_name, block, planned, surroundings).done()


class _Filling:
    """One resource, while attributes that others are made of are filled before them."""

    def __init__(
        self, type_name: str, block: Block, planned: Body, surroundings: Surroundings
    ) -> None:
        self._templates = of_type("computed", type_name)
        self._block = block
        self._values = dict(planned)
        self._words = Words(surroundings, _seed(type_name, planned), self._lookup)

    def done(self) -> Body:
        for name in self._block.attributes:
            self._settle(name)
        for name, nested in self._block.blocks.items():
            self._values[name] = self._nested(nested, self._values[name], name)
        return self._values

    def _settle(self, name: str) -> Any:
        attribute = self._block.attributes[name]
        self._values[name] = self._attribute(attribute, self._values[name], name)
        return self._values[name]

    def _lookup(self, name: str) -> Any:
        """The value of another attribute, settled first if it has to be."""
        if self._values.get(name) is UNKNOWN and name in self._block.attributes:
            template = self._templates.get(name)
            if isinstance(template, str) and f"{{{name}}}" == template:
                return None
            self._values[name] = None  # whoever asks for it while it is made gets nothing
            self._values[name] = self._given(self._block.attributes[name], name)
        value = self._values.get(name)
        return None if value is UNKNOWN else value

    def _attribute(self, attribute: Attribute, value: Any, path: str) -> Any:
        if attribute.nested is not None and value is UNKNOWN:
            return self._new(attribute.nested, path)
        if attribute.nested is not None:
            return self._nested(attribute.nested, value, path)
        return self._given(attribute, path) if value is UNKNOWN else value

    def _given(self, attribute: Attribute, path: str) -> Any:
        if attribute.nested is not None:
            return self._new(attribute.nested, path)
        if path in self._templates:
            value = self._render(self._templates[path], path)
            if value is not None:
                return _complete(value, attribute.type)
        if isinstance(attribute.type, list):
            return {} if attribute.type[0] == "map" else []
        return _NOTHING.get(attribute.type)

    def _render(self, template: Any, path: str) -> Any:
        if isinstance(template, str):
            return render(template, lambda name: self._word(name, path))
        if isinstance(template, list):
            return [self._render(item, path) for item in template]
        if isinstance(template, dict):
            return {name: self._render(item, f"{path}.{name}") for name, item in template.items()}
        return template

    def _word(self, name: str, path: str) -> Any:
        return self._words.word(name, path) if name.startswith("_") else self._lookup(name)

    def _nested(self, nested: Nested, value: Any, path: str) -> Any:
        """Fill blocks; those that are unknown as a whole become one."""
        if value is UNKNOWN:
            return self._new(nested, path)

        def fill_one(place: Any, body: Body) -> Body:
            return self._body(nested.block, body, path)

        return change_each(value, nested, fill_one)

    def _new(self, nested: Nested, path: str) -> Any:
        unknown = {
            name: UNKNOWN if given.computed or f"{path}.{name}" in self._templates else None
            for name, given in nested.block.attributes.items()
        }
        unknown |= {name: given.empty for name, given in nested.block.blocks.items()}
        body = self._body(nested.block, unknown, path)
        return [body] if nested.nesting in ("list", "set") else body

    def _body(self, block: Block, body: Body, path: str) -> Body:
        filled: Body = {}
        for name, attribute in block.attributes.items():
            filled[name] = self._attribute(attribute, body[name], f"{path}.{name}")
        for name, nested in block.blocks.items():
            filled[name] = self._nested(nested, body[name], f"{path}.{name}")
        return filled


def _complete(value: Any, type_: Any) -> Any:
    """Give objects in a table's value the attributes that the table leaves out."""
    if not isinstance(type_, list):
        return value
    kind, of = type_
    if kind == "object":
        return {name: _complete(value.get(name), given) for name, given in of.items()}
    if value is None:
        return {} if kind == "map" else []
    if kind == "map":
        return {name: _complete(item, of) for name, item in value.items()}
    return [_complete(item, of) for item in value]


def _seed(type_name: str, planned: Body) -> str:
    known = {name: value for name, value in planned.items() if isinstance(value, str)}
    text = json.dumps([type_name, known], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
