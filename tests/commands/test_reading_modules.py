"""A command reads matcha.toml and each module.toml once: Python tells which files it opens."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, Matcha, make_environment

EXAMPLES = Path(__file__).parents[1] / "examples/my_modules"
OWN = 'paths.modules = ["./my_modules"]\n'
FILE_SERVER = DVC_ONLY.replace('"dvc"', '"file_server"')

PROGRAM = """
import atexit, collections, json, os, sys
from matcha_tui.cli import main

opened = collections.Counter()

def count(event, arguments):
    if event != "open" or not str(arguments[0]).endswith(("module.toml", "matcha.toml")):
        return
    by = os.path.basename(sys._getframe(1).f_code.co_filename)
    if by not in ("shutil.py", "foreign.py"):  # they copy it, and make a digest of it
        opened[str(arguments[0])] += 1

sys.addaudithook(count)
record = sys.argv.pop(1)
atexit.register(lambda: open(record, "w").write(json.dumps(opened)))
main()
"""


def read_by(folder: Path, *arguments: str) -> dict[str, int]:
    """Call ``matcha`` in a folder, and return how often it has read each TOML file."""
    record = folder.with_name("opened.json")
    nobody = "http://127.0.0.1:9/simple"
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(record), *arguments],
        cwd=folder,
        env=make_environment(UV_DEFAULT_INDEX=nobody),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    counts: dict[str, int] = json.loads(record.read_text())
    return counts


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose stack is a module of the user's own."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES, folder / "my_modules")
    (folder / "matcha.toml").write_text(OWN + FILE_SERVER)
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "stack show",
        "stack list",
        "doctor",
        "plan",
        "status",
        "cost --target azure --location westeurope --offline",
        "module check my_modules/local/services/data_version_control/file_server",
    ],
)
def test_each_is_read_once(project: Path, line: str):
    counts = read_by(project, *line.split())
    assert any("terraform_modules" in path for path in counts)
    assert [path for path, times in counts.items() if times > 1] == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("licence =", "license =", "license"),  # every target's part
        ("stop_seconds =", "stop_second =", "service.stop_second"),  # what one target reads
        ("start_seconds =", "start_second =", "health.start_second"),
    ],
)
def test_an_unknown_key_is_told_with_its_line_whoever_would_read_it(
    project: Path, old: str, new: str, key: str
):
    definition = project / "my_modules/local/services/data_version_control/file_server/module.toml"
    lines = definition.read_text().replace(old, new, 1).splitlines(keepends=True)
    definition.write_text("".join(lines))
    line = next(number for number, text in enumerate(lines, 1) if text.startswith(new))
    told = Matcha(project, make_environment())("stack", "list").stderr
    assert f"{definition}:{line}: {key} is not a key that is known here" in told
