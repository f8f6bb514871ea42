"""Every stack that can be chosen is one that Terraform can plan, before anything exists."""

import itertools

import pytest

from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from tests.azure.project import MODULES
from tests.azure.roots import Roots, make_roots

COMBINATIONS = [
    modules
    for size in range(1, len(MODULES) + 1)
    for modules in itertools.combinations(MODULES, size)
]
QUICK = (("data_version_control",), tuple(MODULES))


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """Both roots, initialised once: what a smaller stack needs is a part of that."""
    return make_roots(tmp_path_factory.mktemp("combinations"))


@pytest.fixture(scope="module")
def planned() -> set[str]:
    """The foundations that were planned already: several stacks have the same."""
    return set()


@pytest.mark.parametrize(
    "modules",
    [
        pytest.param(modules, marks=() if modules in QUICK else pytest.mark.slow)
        for modules in COMBINATIONS
    ],
    ids=lambda modules: "+".join(MODULES[name] for name in modules),
)
def test_a_stack_is_valid_and_can_be_planned(
    roots: Roots, planned: set[str], modules: tuple[str, ...]
):
    roots.compose(*modules)
    if roots.foundation_content() not in planned:
        assert "Plan: " in roots.must_plan(FOUNDATION)
        planned.add(roots.foundation_content())
    assert "Plan: " in roots.must_plan(PLATFORM)


def test_there_is_nothing_that_could_not_be_chosen():
    assert len(COMBINATIONS) == 31
    assert set(QUICK) < set(COMBINATIONS)
