"""What is wrong with an installed target is one sentence, for whoever uses it and nobody else."""

from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.third_target.installing import matcha_with, place_target

pytestmark = pytest.mark.slow

TARGET = """
from lab_target import LabTarget


class Faulty(LabTarget):
    name = "faulty"
    {change}

TARGET = Faulty()
"""


def changed(change: str) -> str:
    return TARGET.format(change=change)


FAULTS = {
    "not installed whole": ("import what_is_not_there", "ModuleNotFoundError: No module named"),
    "not Python": ("def", "cannot be loaded: SyntaxError"),
    "raises": ("raise RuntimeError('out of\\n paint')", "RuntimeError: out of paint"),
    "not there": ("OTHER = 1", "cannot be loaded: AttributeError"),
    "no target": ("TARGET = 1", "is no Target; name an object of a subclass of matcha_tui"),
    "a class": (changed("") + "TARGET = Faulty", "is a class, and not an object of it"),
    "without its core": (
        "from matcha_tui.targets.base import Target\nclass Bare(Target): pass\nTARGET = Bare()",
        "abstract",
    ),
    "without a title": (changed("title = ''"), "does not say its title"),
    "called otherwise": (changed("name = 'other'"), "calls itself 'other'"),
    "without modules": (changed("modules = None"), "has its modules in None"),
    "modules that are gone": (changed("modules = __import__('pathlib').Path('/gone')"), "/gone"),
}


@pytest.fixture
def faulty(lab_site: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Matcha:
    """The command in an empty folder, with a faulty target beside the lab."""
    place_target(tmp_path / "site", "faulty", request.param)
    return matcha_with(tmp_path / "site", tmp_path / "project", lab_site)


@pytest.mark.parametrize(("faulty", "reason"), FAULTS.values(), ids=FAULTS, indirect=["faulty"])
def test_it_is_told_in_one_sentence_and_stands_in_nobody_elses_way(faulty, reason):
    used = faulty("provision", "--yes", "--target", "faulty")
    assert used.returncode == 1
    sentence, hint = used.stderr.splitlines()
    assert sentence.startswith("matcha: the installed target 'faulty' (faulty_target:TARGET) ")
    assert reason in sentence
    assert hint == "  Upgrade the package that brings it, or uninstall it."
    listed = faulty("stack", "list")
    assert listed.returncode == 0
    assert "on lab; licence" in listed.stdout
    (warning,) = listed.stderr.splitlines()
    assert warning.startswith("matcha: warning: the installed target 'faulty'")
    assert warning.endswith("it is left out")


ONE = FAULTS["raises"][0]


@pytest.mark.parametrize("faulty", [ONE], indirect=True)
@pytest.mark.parametrize("target", ["local", "lab"])
def test_a_project_of_another_target_never_meets_it(faulty, target):
    (faulty.folder / "matcha.toml").write_text(f'target = "{target}"\n')
    for line in ("stack show", "stack set default", "status", "runs", "provision --help"):
        answer = faulty(*line.split())
        assert "out of paint" not in answer.stderr
        assert answer.returncode in (0, 3)


@pytest.mark.parametrize("faulty", [ONE], indirect=True)
def test_a_project_of_its_own_says_so_whatever_is_called(faulty):
    (faulty.folder / "matcha.toml").write_text('target = "faulty"\n')
    for line in ("stack show", "status", "plan", "destroy --yes", "doctor", "stack list"):
        answer = faulty(*line.split())
        assert answer.returncode == 1
        assert "RuntimeError: out of paint" in answer.stderr
        assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("faulty", [ONE], indirect=True)
def test_doctor_tells_of_it_and_checks_the_rest(faulty):
    (faulty.folder / "matcha.toml").write_text('target = "lab"\n')
    answer = faulty("doctor")
    assert "out of paint; it is left out" in answer.stderr
    assert "there is white paint" in answer.stdout
    assert answer.returncode == 0


@pytest.mark.parametrize(
    ("layer", "reason"),
    [("bench", "module.toml:1: title must be a text"), ("bensh", "which is no layer of faulty")],
)
def test_a_faulty_flavor_of_it_leaves_it_out_of_lists(lab_site, tmp_path, layer, reason):
    modules = tmp_path / "modules" / layer / "deployer/robot"
    modules.mkdir(parents=True)
    (modules / "module.toml").write_text("title = 1\n")
    source = changed(f"modules = __import__('pathlib').Path({str(tmp_path / 'modules')!r})")
    place_target(tmp_path / "site", "faulty", source)
    command = matcha_with(tmp_path / "site", tmp_path / "project", lab_site)
    assert reason in command("stack", "list").stderr
    used = command("provision", "--yes", "--target", "faulty")
    assert reason in used.stderr
    assert used.returncode == 1


def test_one_that_takes_a_name_of_ours_is_never_loaded(tmp_path):
    place_target(tmp_path / "site", "azure", "raise RuntimeError")
    command = matcha_with(tmp_path / "site", tmp_path / "project")
    answer = command("stack", "list")
    assert answer.returncode == 0
    assert answer.stderr == ""


def test_one_that_is_gone_is_said_to_be_no_target(tmp_path):
    command = matcha_with(tmp_path / "site", tmp_path / "project")
    (command.folder / "matcha.toml").write_text('target = "lab"\n')
    answer = command("stack", "show")
    assert "target is 'lab', which is no target" in answer.stderr
    assert "Known: local, azure" in answer.stderr
    assert answer.returncode == 2
