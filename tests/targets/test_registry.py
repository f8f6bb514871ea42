"""A run's errors are explained by its target's table, and a target that is gone is no error."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.targets import registry
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.targets.registry import TARGETS, explanations_of
from matcha_tui.terraform.folder import Run

RUN = Run(Path(), "r1", "provision", "terraform 1.11", (), datetime(2026, 11, 23, tzinfo=UTC))


def run_on(target: str) -> Run:
    return replace(RUN, details={"target": target})


def test_a_runs_target_gives_its_table():
    assert explanations_of(run_on("azure")) == AZURE.explanations
    assert explanations_of(run_on("local")) == LOCAL.explanations


def test_each_key_of_our_flavors_is_read_by_somebody():
    for flavor in load_catalog().flavors:
        TARGETS[flavor.target].check(flavor)


def test_a_key_that_only_another_target_reads_is_refused(tmp_path: Path):
    ours = load_catalog().find("local", "data_version_control", "dvc")
    written = (ours.folder / "module.toml").read_text()
    (tmp_path / "module.toml").write_text(f"needs = ['cluster']\n{written}")
    with pytest.raises(MatchaError, match=r"module\.toml:1: .*needs"):
        LOCAL.check(read_flavor(tmp_path, ours.place))


@pytest.mark.parametrize("run", [RUN, run_on(""), run_on("moon")])
def test_a_run_of_no_known_target_has_none(run: Run):
    assert explanations_of(run) is None


@pytest.mark.parametrize(
    "source",
    [
        "import no_such_module",
        "def (",
        "LAB = 1",
        "from matcha_tui.targets.base import Target\n"
        "class Lab(Target):\n    name = 'lab'\n"
        "LAB = Lab()",  # abstract
    ],
)
def test_a_run_of_a_faulty_target_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
):
    install(tmp_path, monkeypatch, source)
    with pytest.raises(MatchaError, match="the installed target 'lab'"):
        TARGETS["lab"]
    assert explanations_of(run_on("lab")) is None


@pytest.mark.parametrize("table", ["'text'", "Explanations('no_such_package')"])
def test_a_run_of_a_target_with_a_faulty_table_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
):
    source = (
        "from matcha_tui.targets.local.target import LocalTarget\n"
        "from matcha_tui.terraform.explain import Explanations\n"
        "from pathlib import Path\n"
        f"class Lab(LocalTarget):\n    name = 'lab'\n    explanations = {table}\n"
        "    modules = Path(__file__).parent\n"
        "LAB = Lab()"
    )
    install(tmp_path, monkeypatch, source)
    assert TARGETS["lab"].name == "lab"
    assert explanations_of(run_on("lab")) is None


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Install a target called lab, as a package beside this one does."""
    name = f"lab_target_{abs(hash(source))}"
    (folder / f"{name}.py").write_text(source)
    metadata = folder / f"{name}-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[matcha_tui.targets]\nlab = {name}:LAB\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, name, raising=False)
    registry._installed.cache_clear()
    registry._load.cache_clear()


@pytest.fixture(autouse=True)
def forget_what_was_installed():
    yield
    registry._installed.cache_clear()
    registry._load.cache_clear()
