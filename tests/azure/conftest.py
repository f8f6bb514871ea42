from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azure.project import AzureProject, make_project


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[AzureProject]:
    """An empty project with an account of its own; whatever it starts is ended."""
    project = make_project(tmp_path)
    try:
        yield project
    finally:
        project.matcha.clean_up()


@pytest.fixture(scope="module")
def lasting_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureProject]:
    """The same, shared by the tests of a file."""
    project = make_project(tmp_path_factory.mktemp("azure"))
    try:
        yield project
    finally:
        project.matcha.clean_up()
