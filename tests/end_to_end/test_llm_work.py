"""A data scientist's work on the LLM stack of this machine: tests in the order of a life."""

import json
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.command_line import Matcha, make_environment
from tests.end_to_end.clients import python_of, run_client
from tests.end_to_end.pages import (
    domestic_requests,
    foreign_requests,
    http_request,
    status_of,
)
from tests.end_to_end.working import at_work, run
from tests.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module", autouse=True)
def llm_stack(matcha: Matcha) -> None:
    """Deploy it before the first test."""
    assert matcha("stack", "set", "llm").returncode == 0
    provision = matcha("provision", "--target", "local", "--yes")
    assert provision.returncode == 0, provision.stderr


def test_browsers_get_nothing_out_of_grpc_and_its_clients_do(matcha: Matcha):
    url = matcha.get("model-deployer", "grpc-url")
    port = int(url.rpartition(":")[2])
    for name, request in {**foreign_requests(port), **domestic_requests("/")}.items():
        assert status_of(port, request) is None, f"{name} is answered over HTTP/1.1"
    printed = run_client(python_of(matcha.folder, "seldon"), "ask_over_grpc.py", url)
    assert printed.strip() == "mlserver"


def test_dvc_restores_a_file_from_the_remote(matcha: Matcha, dvc: str, tmp_path: Path):
    repository = tmp_path / "repository"
    repository.mkdir()
    remote = matcha.get("data-version-control", "remote-url")
    data = repository / "data.csv"
    data.write_text("tea,price\nmatcha,12\n")
    for command in (
        ["git", "init", "--quiet"],
        [dvc, "init", "--quiet"],
        [dvc, "remote", "add", "--default", "storage", remote],
        [dvc, "add", "--quiet", "data.csv"],
        [dvc, "push", "--quiet"],
        ["rm", "-r", "data.csv", ".dvc/cache"],
        [dvc, "pull", "--quiet"],
    ):
        _run(command, repository)
    assert data.read_text() == "tea,price\nmatcha,12\n"


def test_connect_tells_the_clients_and_a_second_time_changes_nothing(
    matcha: Matcha, dvc: str, tmp_path: Path
):
    zenml = python_of(matcha.folder, "zenml")
    path = [str(Path(dvc).parent), str(Path(zenml).parent), os.environ["PATH"]]
    settings = {"ZENML_CONFIG_PATH": str(tmp_path), "ZENML_ANALYTICS_OPT_IN": "false"}
    connecting = Matcha(
        matcha.folder, matcha.environment | settings | {"PATH": os.pathsep.join(path)}
    )
    for command in (["git", "init", "--quiet"], [dvc, "init", "--quiet"]):
        _run(command, matcha.folder)
    for outcome in ("done", "unchanged"):
        answer = connecting("connect")
        assert answer.returncode == 0, answer.stdout
        *tools, packages = [line.split()[:2] for line in answer.stdout.splitlines()]
        assert tools == [[name, outcome] for name in (".env", "dvc", "zenml")]
        assert packages == ["client", "skipped"]  # for want of some, as it says
    lines = (matcha.folder / ".env").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert variables["MLFLOW_TRACKING_URI"] == matcha.get("experiment-tracker", "tracking-url")
    assert variables["ZENML_STORE_PASSWORD"] == matcha.get("pipeline", "server-password")
    assert variables["CHROMA_PORT"] == matcha.get("vector-database", "url").rpartition(":")[2]
    assert variables["MLSERVER_BASE_URL"] == f"http://{matcha.get('model-deployer', 'base-url')}"
    shown = _run([dvc, "config", "--local", "remote.matcha.url"], matcha.folder).strip()
    assert shown == variables["DVC_REMOTE_URL"]
    assert shown == matcha.get("data-version-control", "remote-url")
    assert _run([dvc, "config", "--list", "--project"], matcha.folder) == ""
    printed = run_client(zenml, "describe_zenml.py", **settings)
    assert json.loads(printed.splitlines()[-1]) == [
        "matcha",
        {
            "artifact_store": "local",
            "deployer": "local",
            "experiment_tracker": "mlflow",
            "orchestrator": "local",
        },
    ]


def test_disconnect_takes_it_back_and_connect_writes_it_again(
    matcha: Matcha, dvc: str, tmp_path: Path
):
    path = os.pathsep.join([str(Path(dvc).parent), os.environ["PATH"]])
    connected = Matcha(matcha.folder, matcha.environment | {"PATH": path})
    assert _run([dvc, "remote", "list"], matcha.folder) != ""
    answer = connected("disconnect")
    assert [line.split()[:2] for line in answer.stdout.splitlines()] == [
        [name, "done"] for name in (".env", "dvc", "zenml")
    ]
    assert not (matcha.folder / ".env").exists()
    assert _run([dvc, "remote", "list"], matcha.folder) == ""
    assert connected("connect").returncode == 0


def test_an_example_runs_with_the_packages_that_fit(matcha: Matcha, clients: str, tmp_path: Path):
    work = at_work(matcha, clients, tmp_path)
    connected = run(work, "matcha", "connect")
    assert "every client package fits its server" in connected
    run(work, "matcha", "example", "iris")
    assert "It is a setosa and was a setosa" in run(work, "python", "iris/run.py")


def test_a_deployed_model_is_called_as_it_is_printed(matcha: Matcha, clients: str):
    answer = matcha("model", "deploy", "models:/iris/1")
    assert answer.returncode == 0, answer.stderr
    curl, _, python = answer.stdout.partition("\n\n")
    assert "petal length (cm)" in curl
    for command in (["sh", "-c", curl], [clients, "-c", python]):
        called = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "setosa" in called.stdout


def test_a_model_that_cannot_be_loaded_is_told_and_removed(matcha: Matcha, tmp_path: Path):
    missing = matcha("model", "deploy", "models:/iris/9", "--name", "missing")
    assert missing.returncode == 1
    assert "(name=iris, version=9) not found" in missing.stderr
    (tmp_path / "model.joblib").write_text("no model")
    broken = matcha("model", "deploy", str(tmp_path), "--name", "iris")
    assert broken.returncode == 1
    assert "MLServer cannot load" in broken.stderr
    assert "what was served before is back" in broken.stderr
    by_uri = {"implementation": "mlserver_mlflow.MLflowRuntime"}
    (tmp_path / "model-settings.json").write_text(
        json.dumps({**by_uri, "parameters": {"uri": "models:/iris/1"}})
    )
    assert matcha("model", "deploy", str(tmp_path), "--name", "by-uri").returncode == 0
    listed = json.loads(matcha("model", "list", "--output", "json").stdout)
    assert {item["name"]: item["state"] for item in listed} == {
        "iris": "READY",
        "by-uri": "READY",
    }
    assert matcha("model", "remove", "by-uri").returncode == 0


@pytest.mark.parametrize(
    ("resource", "language", "says"),
    [
        ("experiment-tracker", "python", "'accuracy': 0.75"),
        ("experiment-tracker", "shell", "3.17.2"),
        ("pipeline", "shell", "matcha"),
        ("data-version-control", "shell", "1 file pushed"),
        ("data-version-control", "python", "green tea"),
        ("vector-database", "python", "[['green']]"),
        ("vector-database", "shell", "heartbeat"),
        ("model-deployer", "python", "mlserver"),
        ("model-deployer", "shell", "mlserver"),
    ],
)
def test_a_snippet_runs_as_it_is_shown(
    matcha: Matcha, clients: str, tmp_path: Path, resource: str, language: str, says: str
):
    work = at_work(matcha, clients, tmp_path)
    text = run(work, "matcha", "get", resource, "--snippet", language)
    file = matcha.folder / f"use.{language}"
    file.write_text(text)
    assert says in run(work, "python" if language == "python" else "sh", str(file))


def test_a_further_name_is_allowed_and_only_its_service_restarts(matcha: Matcha):
    before = matcha.service_pids()
    port = int(matcha.get("experiment-tracker", "tracking-url").rpartition(":")[2])
    request = http_request("/version", "tea.example", "https://tea.example")
    assert status_of(port, request) == 403
    setting = "experiment_tracker.allowed_hosts=tea.example"
    changed = matcha("provision", "--yes", "--set", setting)
    assert changed.returncode == 0, changed.stderr
    assert status_of(port, request) == 200
    assert status_of(port, http_request("/version", "cup.example")) == 403
    after = matcha.service_pids()
    assert after["mlflow"] != before["mlflow"]
    assert {**before, "mlflow": 0} == {**after, "mlflow": 0}


def test_provision_repairs_what_is_down_and_nothing_else(matcha: Matcha):
    before = matcha.service_pids()
    for supervisor in _supervisors(matcha):
        supervisor.kill()
    os.kill(before["chroma"], signal.SIGKILL)
    wait_for(lambda: matcha("status").returncode == 1)
    status = matcha("status")
    assert {line.split()[1] for line in status.stdout.splitlines() if " down " in line} == {
        "chroma"
    }
    doctor = matcha("doctor")
    assert doctor.returncode == 4
    assert "nothing would start mlflow or seldon or zenml again after a crash" in doctor.stdout
    assert matcha("provision", "--yes").returncode == 0
    assert matcha("status").returncode == 0
    after = matcha.service_pids()
    assert after["chroma"] != before["chroma"]
    assert {**before, "chroma": 0} == {**after, "chroma": 0}
    url = matcha.get("vector-database", "url")
    printed = run_client(python_of(matcha.folder, "chroma"), "query_chroma.py", url)
    assert printed.split() == ["sencha", "green"]


def test_models_survive_a_stop_and_a_start(matcha: Matcha):
    assert "models:/iris/" in matcha("model", "list").stdout
    assert matcha("model", "remove", "irsi").returncode == 2
    assert matcha("model", "remove", "iris").returncode == 0
    assert "iris" not in matcha("model", "list").stdout


def test_a_destroy_takes_back_what_connect_has_written(matcha: Matcha):
    assert (matcha.folder / ".env").exists()
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert not (matcha.folder / ".env").exists()


def _supervisors(matcha: Matcha) -> list[psutil.Process]:
    return [process for process in matcha.processes() if "supervise" in process.cmdline()]


def _run(command: list[str], folder: Path) -> str:
    finished = subprocess.run(
        command,
        cwd=folder,
        env=make_environment(DVC_NO_ANALYTICS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
