"""Which client packages there are, and whether they fit."""

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from matcha_tui.clients.connection import Outcome
from matcha_tui.clients.packages import check_clients, find_clients, required_packages
from matcha_tui.clients.tools import connect_tools
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import Client

CATALOG = load_catalog()
WITH_CLIENTS = [flavor for flavor in CATALOG.flavors if flavor.client]
CHROMA = CATALOG.find("local", "vector_database", "chroma")
ZENML = CATALOG.find("local", "orchestrator", "zenml")


@pytest.mark.parametrize("flavor", WITH_CLIENTS, ids=lambda flavor: str(flavor.place))
def test_the_version_that_is_named_is_one_that_fits(flavor):
    (pin,) = Requirement(flavor.client.package).specifier
    assert pin.operator == "=="
    assert SpecifierSet(flavor.client.fits).contains(pin.version)
    assert flavor.client.name == Requirement(flavor.client.package).name


def test_a_server_on_this_machine_and_its_client_are_of_one_version():
    for flavor in (CHROMA, ZENML, CATALOG.find("local", "experiment_tracker", "mlflow")):
        served = flavor.definition.table("service").texts("packages")[0].replace("[server]", "")
        assert flavor.client is not None
        assert flavor.client.package == served


@pytest.mark.parametrize(("version", "is_fit"), [("1.5.9", True), ("1.0", True), ("0.4.24", False)])
def test_an_old_client_is_named_with_what_it_would_meet(pretend, version: str, is_fit: bool):
    python = pretend(chromadb=version)
    (found,) = find_clients([CHROMA])
    assert (found.version, found.is_fit) == (version, is_fit)
    step = check_clients([found])
    if is_fit:
        assert step.outcome is Outcome.UNCHANGED
        return
    assert step.outcome is Outcome.SKIPPED
    assert f"chromadb {version} ({python}) does not fit" in step.text
    assert "The v1 API is deprecated" in step.text
    assert f"{python} -m pip install 'chromadb==1.5.9'" in step.text


def test_an_old_zenml_is_not_called_at_all(pretend, tmp_path: Path):
    pretend(zenml="0.92.0")
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    server = {"pipeline": {"server-url": "http://127.0.0.1:1", "storage-path": "/nowhere"}}
    steps = {step.name: step for step in connect_tools(workspace, [ZENML], server)}
    assert steps["zenml"].outcome is Outcome.FAILED
    assert "client and server must be of one version" in steps["zenml"].text
    assert steps["client"].outcome is Outcome.UNCHANGED


def test_without_the_package_it_is_said_how_to_get_it(pretend):
    pretend()
    step = check_clients(find_clients([CHROMA]))
    assert "chromadb is not installed" in step.text


def test_a_package_is_named_once():
    assert required_packages([ZENML, ZENML, CHROMA]) == ["zenml==0.98.0", "chromadb==1.5.9"]
    assert Client("dvc[azure]==3.67.1").name == "dvc"


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make a Python that says it has packages, the only one on PATH; return its path."""

    def make(**versions: str) -> Path:
        programs, packages = tmp_path / "bin", tmp_path / "packages"
        programs.mkdir()
        packages.mkdir()
        for name, version in versions.items():
            information = packages / f"{name}-{version}.dist-info"
            information.mkdir()
            (information / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        python = programs / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH={packages} exec {sys.executable} -S "$@"\n')
        python.chmod(0o700)
        monkeypatch.setenv("PATH", str(programs))
        return python

    return make
