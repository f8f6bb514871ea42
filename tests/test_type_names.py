"""One public type name says one thing in the whole package."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import matcha_tui

PACKAGE = Path(matcha_tui.__file__).parent


def public_types(source: str) -> Iterator[str]:
    """Yield the classes and the aliases of types at the top of a module."""
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if is_camel(name) and not is_type_variable(value):
                    yield name


def is_camel(name: str) -> bool:
    return name[0].isupper() and not name.isupper()


def is_type_variable(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("TypeVar", "ParamSpec")


def test_a_public_type_name_is_used_once():
    places = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in public_types(path.read_text("utf-8")):
            places[name].append(str(path.relative_to(PACKAGE)))
    assert len(places) > 100
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
