"""A stack of older servers that hold runs is upgraded, and put back where that fails."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.end_to_end.clients import python_of, run_client

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CHECKOUT = Path(__file__).parents[2]
STACK = (
    'version = 1\n[stack]\nname = "custom"\n[stack.modules]\n'
    'orchestrator = "zenml"\nexperiment_tracker = "mlflow"\n'
)
MLFLOW, ZENML = "experiment_tracker/mlflow", "orchestrator/zenml"
Held = tuple[dict[str, object], str]
OLDER = {MLFLOW: ("3.17.2", "3.10.1"), ZENML: ("0.98.0", "0.94.6")}


def installation(folder: Path, changes: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """Copy this matcha, change its modules, and return what makes a command use it."""
    for name in ("matcha_tui", "terraform_modules"):
        shutil.copytree(
            CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for flavor, pairs in changes.items():
        definition = folder / "terraform_modules/local/services" / flavor / "module.toml"
        text = definition.read_text()
        for before, after in pairs:
            assert before in text
            text = text.replace(before, after)
        definition.write_text(text)
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="module")
def older(matcha: Matcha, tmp_path_factory: pytest.TempPathFactory) -> Matcha:
    """The matcha of some months before, in the same project."""
    folder = tmp_path_factory.mktemp("older")
    versions = {
        flavor: [(before, after), (before.replace(".", r"\."), after.replace(".", r"\."))]
        for flavor, (before, after) in OLDER.items()
    }
    variables = installation(folder, versions)
    for flavor in versions:
        (folder / "terraform_modules/local/services" / flavor / "requirements.lock").unlink()
    return replace(matcha, environment=matcha.environment | variables)


def zenml_run(matcha: Matcha, act: str, folder: Path) -> str:
    """Run a pipeline, or read what one has made."""
    variables = {
        f"ZENML_STORE_{name.upper()}": matcha.get("pipeline", f"server-{name}")
        for name in ("url", "username", "password")
    }
    variables |= {"ZENML_CONFIG_PATH": str(folder), "ZENML_STORE_TYPE": "rest"}
    python = python_of(matcha.folder, "zenml")
    printed = run_client(python, "zenml_run.py", act, **variables)
    return printed.splitlines()[-1]


def mlflow_run(matcha: Matcha, *run_id: str) -> dict[str, object]:
    """Write a run, or read one that is there."""
    tracker = matcha.get("experiment-tracker", "tracking-url")
    python = python_of(matcha.folder, "mlflow")
    printed = run_client(python, "log_to_mlflow.py", tracker, *run_id)
    return dict(json.loads(printed.splitlines()[-1]))


def versions(matcha: Matcha) -> dict[str, tuple[str, str]]:
    components = json.loads(matcha("status", "--output", "json").stdout)["components"]
    return {item["flavor"]: (item["version"], item["state"]) for item in components}


@pytest.fixture(scope="module")
def zenml_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ZenML's client keeps its settings, and what its pipelines make."""
    return tmp_path_factory.mktemp("zenml")


@pytest.fixture(scope="module")
def held(older: Matcha, zenml_home: Path) -> Held:
    """What both servers hold, in their older versions."""
    (older.folder / "matcha.toml").write_text(STACK)
    provision = older("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert versions(older) == {"zenml": ("0.94.6", "healthy"), "mlflow": ("3.10.1", "healthy")}
    return mlflow_run(older), zenml_run(older, "run", zenml_home)


def test_what_cannot_be_upgraded_goes_on_as_it_was(matcha: Matcha, held: Held, tmp_path: Path):
    run, _ = held
    never = [(r"'^3\.17\.2$'", "'^never$'"), ("start_seconds = 300", "start_seconds = 30")]
    variables = installation(tmp_path, {MLFLOW: never})
    broken = replace(matcha, environment=matcha.environment | variables)
    provision = broken("provision", "--yes")
    assert provision.returncode == 1
    assert "mlflow could not be upgraded, 3.10.1 -> 3.17.2" in provision.stderr
    assert "the earlier version runs again" in provision.stderr
    assert versions(matcha)["mlflow"][1] == "healthy"
    assert mlflow_run(matcha, str(run["run_id"])) == run


def test_an_upgrade_is_told_planned_and_done_and_everything_is_still_there(
    matcha: Matcha, held: Held, zenml_home: Path
):
    run, pipeline = held
    pending = matcha("status")
    assert "Newer versions are there; `matcha provision` upgrades to them" in pending.stderr
    assert " mlflow 3.10.1 -> 3.17.2\n" in pending.stderr
    plan = matcha("plan")
    assert "mlflow 3.10.1 -> 3.17.2" in plan.stdout
    assert "Data is copied before an upgrade" in plan.stdout
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert versions(matcha) == {"zenml": ("0.98.0", "healthy"), "mlflow": ("3.17.2", "healthy")}
    assert mlflow_run(matcha, str(run["run_id"])) == run
    assert zenml_run(matcha, "read", zenml_home) == pipeline
    assert "->" not in matcha("status").stderr
    assert not list((matcha.folder / ".matcha/services").glob("*/*upgrade*"))
    before = matcha.service_pids()
    assert matcha("provision", "--yes").returncode == 0
    assert matcha.service_pids() == before
