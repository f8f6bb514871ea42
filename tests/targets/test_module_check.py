"""A flavor's folder, checked with real Terraform."""

import shutil
from pathlib import Path

import pytest

from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import FlavorPath
from matcha_tui.targets.module_check import ModuleCheck, check_flavor
from matcha_tui.targets.registry import TARGETS
from matcha_tui.terraform.engine import find_engine

CATALOG = load_catalog()
PLACE = FlavorPath("local", "services", "data_version_control", "file_server")
EXAMPLE = Path(__file__).parents[1] / "examples/my_modules" / str(PLACE)

_PORT_VARIABLE = 'variable "port" {\n  type = number\n}\n'
_STORAGE = 'module "storage" {\n  source     = "../../../storage"'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, and a folder for temporary files of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    copy = tmp_path / "draft"
    shutil.copytree(EXAMPLE, copy)
    return copy


def check(folder: Path) -> list[ModuleCheck]:
    before = sorted(folder.rglob("*"))
    found = list(check_flavor(folder, PLACE, CATALOG, TARGETS, find_engine()))
    assert sorted(folder.rglob("*")) == before
    assert list((folder.parent / "temporary").iterdir()) == []
    return found


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def messages(found: list[ModuleCheck]) -> list[str]:
    return [fault.message for finding in found for fault in finding.faults]


def test_a_sound_flavor_passes_every_check_and_nothing_is_left(folder: Path):
    found = check(folder)
    assert messages(found) == []
    assert len(found) == 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('help = "Port', 'halp = "Port', ":23: setting.halp is not a key"),
        ("{data}/bucket", "{date}/bucket", ":27: service.command has the placeholder {date}"),
        ('command = [\n    "{env', 'comand = [\n    "{env', ":27: service.comand is not a key"),
        ("start_seconds = 30", "", "health.start_seconds is missing"),
        ('expect = "Dir', 'expect = "(Dir', "health.expect is no regular expression"),
        ("[service]", "[service.variables]\nport = 5\n[service]", "service.variables.port must be"),
        ('url = "http://127.0.0.1:{port}/"', 'directory = "{data}"', "health does not fit"),
    ],
)
def test_a_fault_in_module_toml_is_named_with_its_line(folder: Path, old: str, new: str, says: str):
    change(folder / "module.toml", old, new)
    (message,) = messages(check(folder))
    assert says in message
    assert message.startswith(str(folder / "module.toml"))


def test_every_variable_that_does_not_fit_is_named_at_once(folder: Path):
    main = folder / "main.tf"
    change(main, _PORT_VARIABLE, 'variable "region" {\n  type = string\n}\n')
    change(main, "{ port = var.port }", "{}")
    change(main, "${var.port}", "${var.region}")
    found = messages(check(folder))
    assert len(found) == 2
    assert any('the variable "region" has no default' in message for message in found)
    assert any('there is no variable "port"' in message for message in found)


def test_a_missing_context_and_a_missing_output_are_named(folder: Path):
    main = folder / "main.tf"
    text = main.read_text()
    main.write_text(text[: text.index('output "secrets"')])
    (message,) = messages(check(folder))
    assert message == f'{folder}: there is no output "secrets"'
    main.write_text(
        text[text.index('variable "port"') :].replace("var.context.services_directory", "path.root")
    )
    (message,) = messages(check(folder))
    assert 'there is no variable "context"' in message


def test_any_other_error_of_terraform_is_placed_in_the_folder(folder: Path):
    change(folder / "main.tf", "var.port }", "var.prot }")
    (message,) = messages(check(folder))
    assert message == f"{folder / 'main.tf'}:20: Reference to undeclared input variable"
    change(folder / "main.tf", "{\n", "{{\n")
    assert messages(check(folder))[0].startswith(f"{folder / 'main.tf'}:1: ")


def test_a_flavor_that_matcha_could_not_look_after_is_refused(folder: Path):
    main = folder / "main.tf"
    main.write_text(
        main.read_text().replace('"storage"', '"shelf"').replace(".storage.", ".shelf.")
    )
    (message,) = messages(check(folder))
    assert 'there is no module "storage" with source = "../../../storage"' in message
