"""Projects in folders with hard names: real Terraform and a tiny service, all the way and back."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, SCRIPTS, Matcha, make_environment
from tests.faults.report import Fault, error_of
from tests.hard_names import HARD_NAMES, REFUSED_NAMES

pytestmark = pytest.mark.e2e

_MODULES = Path(__file__).parents[1] / "examples/my_modules"
_FILE_SERVER = (
    DVC_ONLY.replace('"dvc"', '"file_server"') + f'[paths]\nmodules = ["{_MODULES.as_posix()}"]\n'
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder for the project's, in which nothing may run or lie afterwards but that one."""
    yield tmp_path
    for folder in tmp_path.iterdir():
        Matcha(folder, {}).clean_up()


@pytest.mark.slow
@pytest.mark.fault(
    "Names of folders",
    "spaces, quotes, `%`, `?`, `#`, `$`, letters of any language",
)
@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_service_comes_up_in_it_and_goes_again(place: Path, fault: Fault, name: str):
    matcha = _project(place / name, HOME=str(place / name), TMPDIR=str(place / name))
    provision = matcha("provision", "--yes", "--trust-modules")
    assert provision.returncode == 0, provision.stderr
    bucket = place.resolve() / name / ".matcha/services/file_server/data/bucket"
    (bucket / "tea").write_text("green")
    with urllib.request.urlopen(matcha.get("data-version-control", "http-url") + "/tea") as answer:
        assert answer.read() == b"green"
    raw = matcha("get", "data-version-control", "remote-url", "--output", "raw")
    assert raw.stdout == f"{bucket}\n"
    assert matcha("status").returncode == 0
    assert matcha("provision", "--yes").returncode == 0
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    matcha.wait_until_ended()
    assert list((matcha.folder / ".matcha/services").iterdir()) == []
    assert [path.name for path in place.iterdir()] == [name]
    fault.report("", "none: all works")


@pytest.mark.slow
@pytest.mark.fault("Names of folders", "3,800 bytes, far over the 108 of a unix socket")
def test_a_path_of_nearly_the_longest_that_the_system_allows(place: Path, fault: Fault):
    below = len(os.fsencode(place.resolve())) + 1
    left = os.pathconf("/", "PC_PATH_MAX") - 256 - below
    matcha = _project(place / "/".join(["d" * 99] * (left // 100) + ["e" * (left % 100)]))
    provision = matcha("provision", "--yes", "--trust-modules")
    assert provision.returncode == 0, provision.stderr
    assert matcha("status").returncode == 0
    assert matcha("destroy", "--yes").returncode == 0
    assert list((matcha.folder / ".matcha/services").iterdir()) == []
    fault.report("", "none: all works")


@pytest.mark.fault("Names of folders", "a path of 4,000 bytes")
def test_a_path_of_4_000_bytes_is_refused_before_anything_is_made(place: Path, fault: Fault):
    matcha = _project(place / "/".join(["d" * 99] * 39))
    for command in (("doctor",), ("provision", "--yes")):
        refused = matcha(*command)
        assert refused.returncode == 4
        assert "bytes too long for the files below it" in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (matcha.folder / ".matcha/infrastructure/services").exists()
    fault.report(_without_paths(error_of(refused.stderr)), "work in a folder with a shorter path")


@pytest.mark.fault("Names of folders", "ESC, other control characters, bytes that are not UTF-8")
@pytest.mark.parametrize("name", [REFUSED_NAMES[0], "a\udcffb"], ids=ascii)
def test_what_is_refused_is_refused_by_every_command_that_would_make_anything(
    place: Path, fault: Fault, name: str
):
    matcha = _project(place / name)
    commands = (
        ("doctor",),
        ("plan",),
        ("provision", "--yes", "--no-preflight"),
        ("stack", "set", "llm"),
    )
    for command in commands:
        refused = matcha(*command)
        assert refused.returncode == 4, refused.stderr
        said = refused.stdout + refused.stderr
        assert "the project's path has a control character" in said
        assert said.replace("\n", "").isprintable()
    assert [path.name for path in matcha.folder.iterdir()] == ["matcha.toml"]
    fault.report(_without_paths(error_of(refused.stderr)), "rename the folder")


def test_a_folder_that_is_gone_or_whose_path_nobody_can_tell_is_one_sentence(place: Path):
    program = str(SCRIPTS / "matcha")
    gone = "import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')"
    deep = "import os\nfor _ in range(45): os.mkdir('d' * 99); os.chdir('d' * 99)"
    for way in (gone, deep):
        script = f"{way}\nos.execv({program!r}, ['matcha', 'stack', 'show'])"
        finished = subprocess.run(
            [sys.executable, "-c", script], cwd=place, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 1, finished.stderr
        assert "matcha: the current folder " in finished.stderr


def _project(folder: Path, **variables: str) -> Matcha:
    folder.mkdir(parents=True)
    cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    matcha = Matcha(folder, make_environment(XDG_CACHE_HOME=cache, **variables))
    (folder / "matcha.toml").write_text(_FILE_SERVER)
    return matcha


def _without_paths(text: str) -> str:
    return re.sub(r"/[^ ;]*[^ ;.]", "FOLDER", text)
