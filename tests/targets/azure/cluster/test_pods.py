"""The logs of pods on a cluster whose API is a stand-in, spoken to over TLS."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.parts import Logs, LogWindow
from tests.azure.pods_api import PodsApi, serving_pods
from tests.ports import free_port
from tests.simulator.certificate import write_certificate

MLFLOW = ("matcha-mlflow", "mlflow-5d9", "mlflow")
LOGS: Logs | None = AZURE.logs


@pytest.fixture
def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PodsApi]:
    certificate = tmp_path / "certificate.pem"
    write_certificate(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving_pods(certificate) as server:
        server.logs = {
            MLFLOW: ["one", "two", "three"],
            ("matcha-seldon", "manager-1", "manager"): ["managing"],
            ("matcha-seldon-workloads", "iris-1", "mlserver"): ["serving"],
            ("matcha-seldon-workloads", "iris-1", "orchestrator"): None,
            ("matcha-seldonic", "other", "other"): ["somebody else's"],
        }
        yield server
        server.grows.set()


@pytest.fixture
def spec(tmp_path: Path, pods: PodsApi) -> StackSpec:
    workspace = Workspace(tmp_path)
    platform = workspace.layer("platform")
    platform.mkdir(parents=True)
    given = {"secrets": {"sensitive": True, "value": pods.access}}
    (platform / "foundation.auto.tfvars.json").write_text(json.dumps(given))
    return StackSpec(workspace, (), Config(target="azure"))


def read(spec: StackSpec, flavor: str, window: LogWindow | None = None) -> list[str]:
    assert LOGS is not None
    return list(LOGS.read(spec, flavor, window or LogWindow()))


def test_the_log_of_one_container_is_as_it_was_written(spec: StackSpec):
    assert read(spec, "mlflow") == ["one\n", "two\n", "three\n"]


def test_lines_of_several_containers_say_whose_they_are(spec: StackSpec):
    assert read(spec, "seldon") == [
        "manager-1/manager | managing\n",
        "iris-1/mlserver | serving\n",
    ]


def test_the_cluster_is_asked_for_a_part_only(spec: StackSpec, pods: PodsApi):
    since = datetime.now(UTC) - timedelta(minutes=10)
    assert read(spec, "mlflow", LogWindow(since, lines=2)) == ["two\n", "three\n"]
    assert pods.asked == [
        "/api/v1/namespaces/matcha-mlflow/pods/mlflow-5d9/log"
        "?container=mlflow&sinceSeconds=601&tailLines=2"
    ]


def test_lines_are_followed_as_they_come(spec: StackSpec, pods: PodsApi):
    assert LOGS is not None
    following = LOGS.read(spec, "mlflow", LogWindow(follow=True))
    assert [next(following) for _ in range(3)] == ["one\n", "two\n", "three\n"]
    pods.grows.set()
    assert list(filter(None, following)) == ["one more\n"]


def test_what_has_no_pods_has_no_log(spec: StackSpec):
    with pytest.raises(MatchaError, match="dvc has no pods on the cluster"):
        read(spec, "dvc")


def test_what_is_being_created_is_told_in_the_clusters_words(spec: StackSpec, pods: PodsApi):
    pods.logs = {MLFLOW: None}
    for window in (LogWindow(), LogWindow(follow=True)):
        with pytest.raises(MatchaError, match="refuses the log of mlflow: container is waiting"):
            read(spec, "mlflow", window)


def test_a_cluster_that_is_gone_is_one_sentence(spec: StackSpec, pods: PodsApi):
    nobody = {**pods.access, "cluster_host": f"https://localhost:{free_port()}"}
    given = spec.workspace.layer("platform") / "foundation.auto.tfvars.json"
    given.write_text(json.dumps({"secrets": {"value": nobody}}))
    with pytest.raises(MatchaError, match="the cluster's API does not answer"):
        read(spec, "mlflow")
