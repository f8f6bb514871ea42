"""No Python that we start may import what lies in the folder where it is called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import matcha_tui
from matcha_tui.stack.catalog import load_catalog

PACKAGE = Path(matcha_tui.__file__).parent
SAFE = ("-P", "-I")


def commands() -> Iterator[tuple[str, list[ast.expr]]]:
    """Yield each list and tuple of the package that begins with a Python, and where it is."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "sys.executable" in text else ():
            if isinstance(node, ast.List | ast.Tuple | ast.Call):
                words = node.args if isinstance(node, ast.Call) else node.elts
                if len(words) > 1 and ast.unparse(words[0]) == "sys.executable":
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", list(words)


def test_each_of_our_own_is_started_without_its_folder_among_its_paths():
    found = dict(commands())
    assert len(found) > 10
    unsafe = [
        where for where, words in found.items() if ast.unparse(words[1]).strip("'") not in SAFE
    ]
    assert unsafe == []


def test_each_service_of_ours_is_too():
    for flavor in load_catalog().flavors:
        service = flavor.definition.content.get("service", {})
        for command in (service.get("command", ()), service.get("migrate", ())):
            if command and command[0].endswith("/python"):
                assert command[1] in SAFE, flavor.name
