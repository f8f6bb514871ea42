"""The LLM stack in a folder with a hard name: every service keeps its data inside the project."""

import json
import os
import shutil
import sqlite3
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha, make_environment
from tests.end_to_end.clients import python_of, run_client
from tests.hard_names import WHOLE

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def matcha(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """The stack, up; its HOME and TMPDIR have hard names, too, and its cache is the user's."""
    place = tmp_path_factory.mktemp("place")
    for name in (WHOLE, f"home {WHOLE}", f"temporary {WHOLE}"):
        (place / name).mkdir()
    users = {
        "HOME": str(place / f"home {WHOLE}"),
        "TMPDIR": str(place / f"temporary {WHOLE}"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    }
    command = Matcha(place.resolve() / WHOLE, make_environment(**users))
    try:
        assert command("stack", "set", "llm").returncode == 0
        provision = command("provision", "--yes", timeout=600)
        assert provision.returncode == 0, provision.stderr
        yield command
    finally:
        command("destroy", "--yes")
        command.clean_up()


def test_everything_is_healthy(matcha: Matcha):
    status = matcha("status")
    assert status.returncode == 0, status.stdout


def test_mlflow_keeps_runs_and_files_inside_the_project(matcha: Matcha):
    url = matcha.get("experiment-tracker", "tracking-url")
    printed = run_client(python_of(matcha.folder, "mlflow"), "log_to_mlflow.py", url)
    assert json.loads(printed.splitlines()[-1])["notes"] == "green tea"
    data = matcha.folder / ".matcha/services/mlflow/data"
    assert _count(data / "mlflow.db", "runs") == 1
    assert [path.name for path in (data / "artifacts").rglob("*.txt")] == ["notes.txt"]


def test_zenml_keeps_users_inside_the_project(matcha: Matcha):
    form = {
        "username": matcha.get("pipeline", "server-username"),
        "password": matcha.get("pipeline", "server-password"),
    }
    url = f"{matcha.get('pipeline', 'server-url')}/api/v1/login"
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=30) as answer:
        assert json.load(answer)["access_token"]
    assert _count(matcha.folder / ".matcha/services/zenml/data/zenml.db", "user") >= 1


def test_chroma_keeps_collections_inside_the_project(matcha: Matcha):
    url = matcha.get("vector-database", "url")
    printed = run_client(python_of(matcha.folder, "chroma"), "query_chroma.py", url)
    assert printed.split() == ["sencha", "green"]
    data = matcha.folder / ".matcha/services/chroma/data"
    assert _count(data / "chroma.sqlite3", "collections") >= 1


def test_mlserver_loads_this_projects_models_and_no_neighbours(matcha: Matcha):
    python, models = (
        python_of(matcha.folder, "seldon"),
        _get_path(matcha, "model-deployer", "models-path"),
    )
    neighbour = Path(models.replace("?", "!"))
    for folder in (models, str(neighbour)):
        run_client(python, "train_model.py", folder)
    (neighbour / "doubling").rename(neighbour / "other")
    url = "http://" + matcha.get("model-deployer", "base-url")
    assert _post(f"{url}/v2/repository/models/doubling/load", {}) is None
    inputs = [{"name": "x", "shape": [1, 1], "datatype": "FP64", "data": [21.0]}]
    answer = _post(f"{url}/v2/models/doubling/infer", {"inputs": inputs})
    assert answer["outputs"][0]["data"] == pytest.approx([42.0])
    found = {item["name"] for item in _post(f"{url}/v2/repository/index", {})}
    shutil.rmtree(matcha.folder.parent / matcha.folder.name.replace("?", "!"))
    assert found == {"doubling"}


def test_dvc_pushes_and_pulls(matcha: Matcha, dvc: str):
    path = f"{Path(dvc).parent}{os.pathsep}{os.environ['PATH']}"
    connecting = Matcha(matcha.folder, matcha.environment | {"PATH": path})
    _run(matcha, "git", "init", "--quiet")
    _run(matcha, dvc, "init", "--quiet")
    for outcome in ("done", "unchanged"):
        lines = connecting("connect").stdout.splitlines()
        assert [line.split()[1] for line in lines if line.startswith("dvc")] == [outcome]
    data = matcha.folder / "data.csv"
    data.write_text("tea,price\nmatcha,12\n")
    _run(matcha, dvc, "add", "--quiet", "data.csv")
    _run(matcha, dvc, "push", "--quiet")
    bucket = Path(_get_path(matcha, "data-version-control", "remote-url"))
    assert len([path for path in bucket.rglob("*") if path.is_file()]) == 1
    data.unlink()
    shutil.rmtree(matcha.folder / ".dvc/cache")
    _run(matcha, dvc, "pull", "--quiet")
    assert data.read_text() == "tea,price\nmatcha,12\n"


def test_a_destroy_leaves_nothing_in_the_project_or_beside_it(matcha: Matcha):
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    matcha.wait_until_ended()
    assert list((matcha.folder / ".matcha/services").iterdir()) == []
    names = sorted(path.name for path in matcha.folder.parent.iterdir())
    assert names == sorted([WHOLE, f"home {WHOLE}", f"temporary {WHOLE}"])


def _get_path(matcha: Matcha, resource: str, name: str) -> str:
    answer = matcha("get", resource, name, "--output", "raw")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.removesuffix("\n")


def _count(database: Path, table: str) -> int:
    """Return how many rows a database has, which must be there."""
    address = f"file:{urllib.parse.quote(str(database))}?mode=ro"
    with sqlite3.connect(address, uri=True) as connection:
        (count,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    connection.close()
    return int(count)


def _post(url: str, content: dict[str, object]):
    request = urllib.request.Request(url, json.dumps(content).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def _run(matcha: Matcha, *command: str | Path) -> None:
    finished = subprocess.run(
        [str(word) for word in command],
        cwd=matcha.folder,
        env=make_environment(DVC_NO_ANALYTICS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
