"""Which targets a command loads: Python itself tells, since a static graph cannot see it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import make_environment

PROGRAM = """
import atexit, sys
from matcha_tui.cli import main

record = sys.argv.pop(1)
atexit.register(lambda: open(record, "w").write("\\n".join(sys.modules)))
main()
"""
WORDS = {
    "local": "matcha_tui.targets.local",
    "azure": "matcha_tui.targets.azure",
    "lab": "lab_target",
    "": "importlib.metadata",
}
"""What shows that a target is loaded; the last one, that installed ones were looked up."""

WITHOUT = ["--help", "version", "cache list", "completion bash", "stack --help"]
CHOOSING = ["stack show", "stack set llm", "runs"]


def loaded_by(folder: Path, site: Path, line: str) -> set[str]:
    """Call ``matcha`` in a folder, and return which targets it has loaded."""
    record = folder / "modules.txt"
    subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(record), *line.split()],
        cwd=folder,
        env=make_environment(PYTHONPATH=str(site)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    modules = record.read_text().split()
    return {name for name, word in WORDS.items() if word in modules}


@pytest.mark.parametrize("line", WITHOUT)
def test_what_is_about_no_target_loads_none(lab_site, tmp_path, line):
    assert loaded_by(tmp_path, lab_site, line) <= {""}


@pytest.mark.parametrize("line", CHOOSING)
@pytest.mark.parametrize("target", ["local", "azure", "lab"])
def test_choosing_a_stack_loads_the_projects_target_alone(lab_site, tmp_path, line, target):
    (tmp_path / "matcha.toml").write_text(f'target = "{target}"\n')
    expected = {"lab", ""} if target == "lab" else {target}
    assert loaded_by(tmp_path, lab_site, line) == expected


def test_the_names_in_a_help_load_nothing(lab_site, tmp_path):
    assert not loaded_by(tmp_path, lab_site, "provision --help") & {"local", "azure", "lab"}
