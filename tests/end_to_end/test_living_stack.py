"""The LLM stack is lived with: proven, stopped, changed, backed up, and restored elsewhere."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.end_to_end.asking import post, zenml_token
from tests.end_to_end.clients import python_of, run_client

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def test_the_stack_comes_up_and_is_filled(matcha: Matcha):
    assert matcha("stack", "set", "llm").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    tracker = matcha.get("experiment-tracker", "tracking-url")
    run_client(python_of(matcha.folder, "mlflow"), "log_to_mlflow.py", tracker)
    run_client(
        python_of(matcha.folder, "chroma"),
        "query_chroma.py",
        matcha.get("vector-database", "url"),
    )
    models = matcha.folder / ".matcha/services/seldon/data/models"
    run_client(python_of(matcha.folder, "seldon"), "train_model.py", str(models))
    base = matcha.get("model-deployer", "base-url")
    post(f"http://{base}/v2/repository/models/doubling/load", {})
    remote = Path(matcha.get("data-version-control", "remote-url"))
    (remote / "files/md5/00").mkdir(parents=True)
    (remote / "files/md5/00/tea").write_text("green")


def test_what_is_stopped_rests_until_it_is_started(matcha: Matcha):
    before = matcha.service_pids()
    assert matcha("stop", "experiment_tracker", "deployer").returncode == 0
    assert matcha.service_pids().keys() == {"zenml", "chroma"}
    status = matcha("status")
    assert status.returncode == 0
    assert status.stdout.count(" stopped ") == 2
    assert "`matcha start`" in status.stderr
    assert matcha("provision", "--yes").returncode == 0  # a repair leaves it stopped
    assert matcha.service_pids().keys() == {"zenml", "chroma"}
    assert matcha("start").returncode == 0
    after = matcha.service_pids()
    assert {name: after[name] for name in ("zenml", "chroma")} == {
        name: before[name] for name in ("zenml", "chroma")
    }
    assert " stopped " not in matcha("status").stdout
    assert matcha("restart", "chroma").returncode == 0
    assert matcha.service_pids()["chroma"] != after["chroma"]
    assert matcha("stop", "mlfow").returncode == 2


def test_after_a_reboot_everything_comes_back_but_what_was_stopped(matcha: Matcha):
    before = _content(matcha)
    assert matcha("stop", "deployer").returncode == 0
    matcha.clean_up()  # as a reboot does
    assert matcha("status").returncode == 1
    command = (sys.executable, "-P", "-m", "matcha_tui.cli", "start", "--unless-stopped")
    started = subprocess.run(
        command, cwd=matcha.folder, env=matcha.environment, capture_output=True, check=False
    )
    assert started.returncode == 0, started.stderr
    assert matcha.service_pids().keys() == {"zenml", "mlflow", "chroma"}
    assert matcha("start").returncode == 0
    assert matcha.service_pids().keys() == {"zenml", "mlflow", "chroma", "seldon"}
    assert _content(matcha) == before


def test_a_module_is_taken_out_and_put_back_with_its_data_while_the_others_run(matcha: Matcha):
    before = matcha.service_pids()
    refused = matcha("stack", "remove", "vector_database")
    assert refused.returncode == 3
    assert "--live" in refused.stderr
    removed = matcha("stack", "remove", "vector_database", "--live")
    assert removed.returncode == 0, removed.stderr
    assert "- vector_database" in removed.stderr
    assert "matcha stack reset" in matcha("status").stderr
    plan = matcha("plan")
    assert "What is removed keeps its data" in plan.stdout
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    after = matcha.service_pids()
    assert after == {name: pid for name, pid in before.items() if name != "chroma"}
    assert "vector-database" not in matcha("get").stdout
    assert matcha("stack", "add", "vector_database", "chroma", "--live").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    url = matcha.get("vector-database", "url")
    with urllib.request.urlopen(f"{url}{COLLECTIONS}", timeout=10) as answer:
        assert "teas" in {item["name"] for item in json.load(answer)}


def test_every_component_is_proven_to_work_and_no_trace_is_left(matcha: Matcha):
    before = _content(matcha), _files_of_dvc(matcha)
    verified = matcha("verify", "--output", "json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    findings = {item["name"]: item["verdict"] for item in json.loads(verified.stdout)}
    assert findings == dict.fromkeys(("zenml", "mlflow", "dvc", "seldon", "chroma"), "passed")
    assert (_content(matcha), _files_of_dvc(matcha)) == before


def test_what_is_backed_up_is_there_in_another_project(matcha: Matcha, tmp_path: Path):
    before = matcha.service_pids()
    file = tmp_path / "backup.tar.gz"
    backup = matcha("backup", str(file), "--with-secrets")
    assert backup.returncode == 0, backup.stderr
    assert "chroma: stops for as long as it is read" in backup.stderr
    assert {**matcha.service_pids(), "chroma": 0} == {**before, "chroma": 0}
    refused = matcha("restore", str(file))
    assert refused.returncode == 3
    assert "holds data already" in refused.stderr
    copy = Matcha(tmp_path / "copy", matcha.environment)
    copy.folder.mkdir()
    try:
        restored = copy("restore", str(file))
        assert restored.returncode == 0, restored.stderr
        provision = copy("provision", "--yes")
        assert provision.returncode == 0, provision.stderr
        assert _content(copy) == _content(matcha)
        for name in ("server-username", "server-password"):
            assert copy.get("pipeline", name) == matcha.get("pipeline", name)
        zenml_token(copy, copy.get("pipeline", "server-url"))
        files = [_files_of_dvc(one) for one in (copy, matcha)]
        assert files[0] == files[1] != {}
    finally:
        copy("destroy", "--yes", "--delete-data")
        copy.clean_up()


def _content(matcha: Matcha) -> tuple[set[str], set[str], set[str]]:
    """Return what MLflow, Chroma and MLServer have, by name."""
    tracker = matcha.get("experiment-tracker", "tracking-url")
    api = f"{tracker}/api/2.0/mlflow"
    known = post(f"{api}/experiments/search", {"max_results": 100})["experiments"]
    ids = [item["experiment_id"] for item in known]
    found = post(f"{api}/runs/search", {"experiment_ids": ids})
    with urllib.request.urlopen(
        f"{matcha.get('vector-database', 'url')}{COLLECTIONS}", timeout=10
    ) as answer:
        collections = {item["name"] for item in json.load(answer)}
    models = json.loads(matcha("model", "list", "--output", "json").stdout)
    runs = {str(run["info"]) for run in found["runs"]}
    assert runs
    return runs, collections, {item["name"] for item in models}


def _files_of_dvc(matcha: Matcha) -> dict[str, bytes]:
    remote = Path(matcha.get("data-version-control", "remote-url"))
    return {
        str(path.relative_to(remote)): path.read_bytes()
        for path in remote.rglob("*")
        if path.is_file()
    }
