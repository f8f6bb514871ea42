"""A module's own proof: what it says is told, also when it fails."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui import verify
from matcha_tui.preflight import run_checks
from matcha_tui.selection import open_project
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.findings import Finding, Verdict

GIVEN = {"experiment-tracker": {"tracking-url": "http://127.0.0.1:5000"}}


def prove(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    project = open_project(folder)
    mlflow = project.catalog.find("local", "experiment_tracker", "mlflow")
    (folder / "own.py").write_text(script)
    flavor = replace(mlflow, folder=folder, verify="own.py")
    spec = StackSpec(project.workspace, (flavor,), project.config, is_deployed=True)
    monkeypatch.setattr(verify, "deployed_spec", lambda _project: spec)
    monkeypatch.setattr(verify, "resources", lambda _project: GIVEN)
    (finding,) = run_checks(verify.list_proofs(project, Path(sys.executable)))
    return finding


def test_a_proof_finds_the_stack_as_a_client_does(tmp_path, monkeypatch):
    names = "os.environ['MLFLOW_TRACKING_URI'], os.environ['MATCHA_TRACKING_URL']"
    finding = prove(tmp_path, f"import os\nprint('noise')\nprint({names})\n", monkeypatch)
    assert finding.verdict is Verdict.PASSED
    assert finding.text.startswith("http://127.0.0.1:5000 http://127.0.0.1:5000 (")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("raise SystemExit('the cup is empty')", "the cup is empty"),
        ("assert False, 'wrong tea'", "AssertionError: wrong tea"),
        ("import sys; sys.exit(3)", "it left no message"),
        ("raise SystemExit('\\x1b[31mred')", "red"),
    ],
)
def test_a_proof_that_fails_says_why_and_what_to_do(tmp_path, monkeypatch, script, says):
    finding = prove(tmp_path, script, monkeypatch)
    assert finding.verdict is Verdict.FAILED
    assert says in finding.text
    assert "\x1b" not in finding.text
    assert "matcha logs mlflow" in finding.hint
