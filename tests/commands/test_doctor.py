import json
import shutil
from pathlib import Path

import pytest

from matcha_tui.commands.doctor import show_finding
from matcha_tui.targets.findings import Finding, Verdict
from tests.command_line import DVC_ONLY, Matcha
from tests.faults.report import Fault, error_of
from tests.services.tiny_index import SECRET, run_index

MLFLOW = Path(__file__).parents[2] / "terraform_modules/local/services/experiment_tracker/mlflow"

TRACKER = DVC_ONLY.replace('data_version_control = "dvc"', 'experiment_tracker = "mlflow"')
CHECKS = [
    "Python",
    "engine",
    "project folder",
    "disk",
    "lost services",
    "ports",
    "open files",
    "package index",
    "supervisor",
]


def test_a_machine_that_has_everything_passes(matcha: Matcha):
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    answer = matcha("doctor", "--output", "json")
    assert answer.returncode == 0, answer.stdout
    findings = json.loads(answer.stdout)
    assert [finding["name"] for finding in findings] == CHECKS
    assert not [finding for finding in findings if finding["verdict"] == "failed"]
    assert sorted(path.name for path in matcha.folder.iterdir()) == ["matcha.toml"]


def test_an_index_that_does_not_answer_fails(matcha: Matcha, tmp_path: Path):
    (matcha.folder / "matcha.toml").write_text(TRACKER)
    nobody = {
        "UV_DEFAULT_INDEX": "http://tea:s3cret@127.0.0.1:9/simple",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),  # there, no environment is made yet
    }
    answer = Matcha(matcha.folder, matcha.environment | nobody)("doctor")
    assert answer.returncode == 4
    assert "the package index cannot be reached" in answer.stdout
    assert "(http://tea:****@127.0.0.1:9/simple)" in answer.stdout
    assert "uv says: " in answer.stdout
    assert "s3cret" not in answer.stdout + answer.stderr
    assert answer.stdout.count(" failed ") == 1


def test_the_index_that_answers_is_named_without_its_password(matcha: Matcha, tmp_path: Path):
    (matcha.folder / "matcha.toml").write_text(TRACKER)
    modules = tmp_path / "modules/local/services/experiment_tracker"
    shutil.copytree(MLFLOW, modules / "mlflow", ignore=shutil.ignore_patterns("*.lock"))
    definition = modules / "mlflow/module.toml"
    definition.write_text(definition.read_text().replace("mlflow==3.17.2", "tiny-thing==1.0"))
    (matcha.folder / "matcha.toml").write_text(
        f'paths.modules = ["{tmp_path / "modules"}"]\n' + TRACKER
    )
    with run_index(tmp_path / "index") as index:
        variables = matcha.environment | {"PIP_INDEX_URL": index.url}
        answer = Matcha(matcha.folder, variables)("doctor")
    assert answer.returncode == 0, answer.stdout
    assert f"{index.url.replace(SECRET, '****')} answers, and has tiny-thing==1.0" in answer.stdout


def test_no_engine_fails_and_the_rest_is_checked_all_the_same(matcha: Matcha):
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    answer = matcha("doctor", "--engine", "/no/such/terraform")
    assert answer.returncode == 4
    assert len([line for line in answer.stdout.splitlines() if " passed " in line]) == 8


def test_a_provision_is_refused_for_what_can_be_known_before(matcha: Matcha, taken_port: int):
    (matcha.folder / "matcha.toml").write_text(TRACKER)
    setting = f"experiment_tracker.port={taken_port}"
    refused = matcha("provision", "--yes", "--set", setting)
    assert refused.returncode == 4
    assert f"experiment_tracker.port is {taken_port}, and" in refused.stderr
    assert "--no-preflight" in refused.stderr
    unchecked = matcha("provision", "--yes", "--no-preflight")
    assert unchecked.returncode == 1


@pytest.mark.slow
@pytest.mark.fault("Variables, times and edited files", "`ulimit -n 64`")
def test_too_few_open_files_are_refused_before_anything_is_made(
    matcha: Matcha, tmp_path: Path, fault: Fault
):
    (matcha.folder / "matcha.toml").write_text(DVC_ONLY)
    limited = tmp_path / "matcha"
    limited.write_text(f'#!/bin/sh\nulimit -n 64\nexec "{matcha.program}" "$@"\n')
    limited.chmod(0o700)
    refused = Matcha(matcha.folder, matcha.environment, limited)("provision", "--yes")
    assert refused.returncode == 4
    assert "a service needs 1024 open files, and this terminal allows 64" in refused.stderr
    assert "ulimit -n 1024" in refused.stderr
    assert not (matcha.folder / ".matcha" / "services").exists()
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert matcha("destroy", "--yes").returncode == 0
    fault.report(error_of(refused.stderr), "`ulimit -n 1024`, then `matcha provision`")


def test_a_hint_of_several_lines_is_shown_as_such_and_without_what_a_terminal_obeys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_finding(Finding("folder", Verdict.FAILED, "no\x1b[2Juse", "Move it.\nOr write \x07this."))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("no\\x1b[2Juse")
    assert [line.strip() for line in lines[1:]] == ["Move it.", "Or write \\x07this."]
    assert {len(line) - len(line.lstrip()) for line in lines[1:]} == {34}
