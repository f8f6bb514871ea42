"""What `matcha_tui` exports, and the examples in the docstrings of its contracts."""

import ast
import doctest
import inspect
import typing
from importlib import import_module
from pathlib import Path

import pytest

import matcha_tui
from matcha_tui import Deployment

PUBLIC = [
    "AttributeChange", "Backup", "Check", "ComponentHealth", "Config", "Consent", "Control",
    "CostItem", "DataChoice", "Deployment", "Deviation", "Engine", "Event", "ExitCode",
    "Finding", "Fix", "Flavor", "ForeignModule", "HealthState", "Identity", "Leftovers",
    "LogWindow", "Logs", "MatchaError", "ModelInput", "Models", "Overview", "PlannedResource",
    "Price", "PriceSource", "PriceTable", "Prices", "Pricing", "Project", "Resource",
    "ResourceProgress", "Root", "Run", "RunProgress", "RunRecord", "RunState", "ServedModel",
    "Setting", "SettingType", "SharedState", "Stack", "StackSpec", "StepProgress", "Target",
    "Tier", "UnknownCode", "Unverified", "Verdict", "__version__",
]  # fmt: skip
CONTRACTS = ("matcha_tui.targets.base", "matcha_tui.stack.flavor", "matcha_tui.terraform.events")


def test_the_public_face_is_this_list():
    assert matcha_tui.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(matcha_tui, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = matcha_tui.nothing


def test_type_checkers_and_python_find_the_same_names():
    tree = ast.parse(Path(matcha_tui.__file__).read_text("utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(typed) == sorted(set(PUBLIC) - {"__version__"})
    for name, module in typed.items():
        assert module is not None
        assert getattr(matcha_tui, name) is getattr(import_module(module), name)


def test_what_the_methods_of_a_deployment_take_and_return_is_public():
    mentioned = set()
    for _, method in inspect.getmembers(Deployment, inspect.isfunction):
        if not method.__name__.startswith("_"):
            mentioned |= set(_classes(list(typing.get_type_hints(method).values())))
    ours = {found.__name__ for found in mentioned if found.__module__.startswith("matcha_tui")}
    assert ours <= set(PUBLIC)
    assert "RunProgress" in ours


def _classes(hints: list[object]) -> list[type]:
    found: list[type] = []
    for hint in hints:
        if isinstance(hint, type):
            found.append(hint)
        found += _classes([part for part in typing.get_args(hint) if part is not ...])
    return found


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_shows_how_it_is_used(name: str):
    module = import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0


def test_types_come_with_the_package():
    assert (Path(matcha_tui.__file__).parent / "py.typed").exists()
