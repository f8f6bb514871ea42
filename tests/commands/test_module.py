"""A module of the user's own, from the check to the destroy."""

import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.services.tiny_index import TinyIndex, run_index

EXAMPLES = Path(__file__).parents[1] / "examples/my_modules"
PLACE = "local/services/data_version_control/file_server"


@pytest.fixture
def own(matcha: Matcha) -> Matcha:
    """A project with the example in its own folder of modules, and a stack without it."""
    shutil.copytree(EXAMPLES, matcha.folder / "my_modules")
    (matcha.folder / "matcha.toml").write_text(
        'paths.modules = ["./my_modules"]\n[stack]\nname = "custom"\nmodules = {}\n'
    )
    return matcha


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TinyIndex]:
    with run_index(tmp_path / "index") as index:
        yield index


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read(), "utf-8")


@pytest.mark.slow
def test_the_example_is_checked_built_asked_and_taken_down(own: Matcha):
    check = own("module", "check", f"my_modules/{PLACE}")
    assert check.returncode == 0, check.stdout
    assert [line.split()[0] for line in check.stdout.splitlines()] == ["ok"] * 4
    assert "file_server" in own("stack", "list").stdout
    assert own("stack", "add", "data_version_control", "file_server").returncode == 0
    assert (own.folder / "matcha.toml").read_text() == (
        'paths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
        'modules = {data_version_control = "file_server"}\n'
    )

    provision = own("provision", "--yes", "--trust-modules", "--set", "data_version_control.port=0")
    assert provision.returncode == 0, provision.stderr
    Path(own.get("data-version-control", "remote-url"), "tea.txt").write_text("green")
    assert read(own.get("data-version-control", "http-url") + "/tea.txt") == "green"
    status = own("status")
    assert (status.returncode, status.stderr) == (0, "")

    definition = own.folder / "my_modules" / PLACE / "module.toml"
    definition.write_text(definition.read_text().replace("seconds = 3\n", 'seconds = "3"\n'))
    warning = f"matcha: warning: {definition}:6: seconds must be a whole number"
    assert warning in own("status").stderr
    refused = own("provision", "--yes")
    assert refused.returncode == 1
    assert refused.stderr.count(f"{definition}:6: seconds must be a whole number") == 2

    destroy = own("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    own.wait_until_ended()
    assert list((own.folder / ".matcha/services").iterdir()) == []


def test_choosing_a_faulty_module_is_refused_with_the_sentence_of_the_warning(own: Matcha):
    definition = own.folder / "my_modules" / PLACE / "module.toml"
    definition.write_text(definition.read_text().replace("{data}/bucket", "{date}/bucket"))
    before = (own.folder / "matcha.toml").read_text()
    answer = own("stack", "add", "data_version_control", "file_server")
    assert answer.returncode == 1
    warning, error, hint = answer.stderr.splitlines()
    assert f"{definition}:27: service.command has the placeholder {{date}}" in warning
    assert error.removeprefix("matcha: ") == warning.removeprefix("matcha: warning: ")
    assert "Known: data, environment, guard, port" in hint
    assert (own.folder / "matcha.toml").read_text() == before
    other = own("stack", "add", "data_version_control", "dvc")
    assert other.returncode == 0
    assert warning in other.stderr


@pytest.mark.parametrize("change", ["stack set default", "stack add deployer seldon"])
def test_rewriting_matcha_toml_keeps_the_paths(own: Matcha, change: str):
    assert own(*change.split()).returncode == 0
    assert '"./my_modules"' in (own.folder / "matcha.toml").read_text()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('paths.modules = "my_modules"', "matcha.toml:1: paths.modules must be a list of texts"),
        ("paths.modules = [1]", "matcha.toml:1: paths.modules must be a list of texts"),
        ('paths = "my_modules"', "matcha.toml:1: paths must be a table"),
        ('paths.module = ["my_modules"]', "matcha.toml:1: paths.module is not a key"),
        ('paths.modules = ["./moduls"]', "/moduls, and there is no such folder"),
        ('paths.modules = ["matcha.toml"]', "matcha.toml:1: paths.modules names"),
    ],
)
def test_paths_that_cannot_be_used_are_one_clear_sentence(own: Matcha, line: str, says: str):
    (own.folder / "matcha.toml").write_text(line + "\n")
    answer = own("stack", "show")
    assert answer.returncode == 1
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_faulty_folder_is_told_and_fails_the_check(own: Matcha):
    main = own.folder / "my_modules" / PLACE / "main.tf"
    main.write_text(main.read_text().replace('variable "port"', 'variable "prot"'))
    check = own("module", "check", str(main.parent))
    assert check.returncode == 1
    assert 'there is no variable "port"' in check.stdout
    assert 'the variable "prot" has no default' in check.stdout


def test_a_folder_elsewhere_is_checked_as_what_it_is_said_to_be(own: Matcha):
    draft = own.folder / "draft"
    (own.folder / "my_modules" / PLACE).rename(draft)
    lost = own("module", "check", "draft")
    assert lost.returncode == 2
    assert "--as TARGET/LAYER/MODULE_TYPE/FLAVOR" in lost.stderr
    check = own("module", "check", "draft", "--as", PLACE)
    assert check.returncode == 0, check.stdout


def test_a_module_without_a_lock_is_told_how_to_make_one(own: Matcha, index: TinyIndex):
    folder = own.folder / "my_modules" / PLACE
    definition = folder / "module.toml"
    packages = 'packages = ["tiny-thing==1.0"]'
    definition.write_text(definition.read_text().replace("packages = []", packages))
    check = own("module", "check", str(folder))
    assert check.returncode == 0, check.stdout
    assert "there is no requirements.lock" in check.stdout
    assert f"Make it: matcha module lock {folder}" in check.stdout

    with_index = replace(own, environment=own.environment | {"UV_DEFAULT_INDEX": index.url})
    lock = with_index("module", "lock", str(folder))
    assert lock.returncode == 0, lock.stderr
    assert lock.stdout == f"{folder}/requirements.lock: 1 package\n"
    assert index.digest in (folder / "requirements.lock").read_text()
    assert "requirements.lock" not in own("module", "check", str(folder)).stdout

    definition.write_text(definition.read_text().replace("tiny-thing==1.0", "tiny-thing==1.1"))
    behind = own("module", "check", str(folder))
    assert behind.returncode == 1
    assert "module.toml wants tiny-thing==1.1" in behind.stdout


def test_what_is_no_flavor_is_refused(own: Matcha):
    answer = own("module", "check", "my_modules")
    assert answer.returncode == 2
    assert "has no module.toml" in answer.stderr
