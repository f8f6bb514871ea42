"""The LLM stack on this machine, from an empty folder and back: tests in the order of a life."""

import json
import os
import re
import signal
import socket
import subprocess
import tarfile
import urllib.parse
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.command_line import SCRIPTS, Matcha
from tests.end_to_end.asking import post, zenml_token
from tests.end_to_end.clients import python_of, run_client
from tests.end_to_end.pages import (
    PORTS_OF_NO_PAGE,
    domestic_requests,
    foreign_requests,
    raw_answer,
    status_of,
)
from tests.waiting import wait_for

pytestmark = pytest.mark.e2e


MODULE_TYPES = (
    "orchestrator",
    "experiment_tracker",
    "data_version_control",
    "deployer",
    "vector_database",
)


def test_the_llm_stack_comes_up(matcha: Matcha):
    assert matcha("stack", "set", "llm").returncode == 0
    provision = matcha("provision", "--target", "local", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert "\x1b" not in provision.stderr
    assert not re.search("password|jwt", provision.stdout)


def test_every_component_is_healthy(matcha: Matcha):
    status = matcha("status")
    assert status.returncode == 0, status.stdout
    assert [line.split()[0] for line in status.stdout.splitlines()] == list(MODULE_TYPES)
    assert all(line.split()[2] == "healthy" for line in status.stdout.splitlines())


def test_what_is_deployed_is_private(matcha: Matcha):
    password = matcha.get("pipeline", "server-password")
    assert len(password) >= 24
    assert password not in matcha("get").stdout
    for path in (matcha.folder / ".matcha").rglob("*"):
        if "environment" not in path.parts and path.is_file():
            assert path.stat().st_mode & 0o077 == 0 or not _is_reachable(path, matcha.folder)
    for process in matcha.processes():
        assert password not in " ".join(process.cmdline())
    for log in (matcha.folder / ".matcha/runs").rglob("events.jsonl"):
        assert password not in log.read_text()


def test_a_report_of_it_has_its_addresses_and_none_of_its_secrets(matcha: Matcha):
    file = Path(matcha("report").stdout.strip())
    with tarfile.open(file) as tar:
        members = [tar.extractfile(member) for member in tar]
        content = b"\n".join(member.read() for member in members if member)
    file.unlink()
    environment = json.loads((matcha.folder / ".matcha/services/zenml/values.json").read_text())
    secrets = [value for name, value in environment.items() if re.search("password|jwt", name)]
    assert len(secrets) >= 2
    assert not any(secret.encode() in content for secret in secrets)
    assert matcha.get("experiment-tracker", "tracking-url").encode() in content
    assert str(matcha.folder).encode() in content


def test_it_listens_on_loopback_only(matcha: Matcha):
    listening = _listening(matcha)
    assert len(listening) >= 4
    assert {address[0].removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert all(1024 <= address[1] < 32768 for address in listening)


def test_no_port_answers_what_a_web_page_can_send(matcha: Matcha):
    ports = {address[1] for address in _listening(matcha)} - PORTS_OF_NO_PAGE
    assert len(ports) >= 6, "every server's, MLServer's three among them"
    grpc_port = int(matcha.get("model-deployer", "grpc-url").rpartition(":")[2])
    for port in ports - {grpc_port}:
        for name, request in foreign_requests(port).items():
            status = status_of(port, request)
            assert status in (400, 403), f"{name} is answered with {status} by port {port}"


def test_every_name_of_this_machine_is_answered_at_any_port(matcha: Matcha):
    urls = {
        "experiment_tracker": matcha.get("experiment-tracker", "tracking-url"),
        "orchestrator": matcha.get("pipeline", "server-url"),
        "vector_database": matcha.get("vector-database", "url"),
        "deployer": f"http://{matcha.get('model-deployer', 'base-url')}",
    }
    paths = ("/version", "/api/v1/info", "/api/v2/heartbeat", "/v2")
    for (owner, url), path in zip(urls.items(), paths, strict=True):
        port = int(url.rpartition(":")[2])
        for name, request in domestic_requests(path).items():
            assert status_of(port, request) == 200, f"{name} is refused by {url}"
        said = raw_answer(port, foreign_requests(port)["another host"]).decode()
        assert said.startswith("HTTP/1.1 403")
        assert f"--set {owner}.allowed_hosts=NAME" in said


def test_a_setup_script_reads_its_values_with_sed(matcha: Matcha):
    path = f"{SCRIPTS}{os.pathsep}{matcha.environment['PATH']}"
    script = Path(__file__).with_name("read_values.sh")
    finished = subprocess.run(
        ["bash", str(script)],
        cwd=matcha.folder,
        env=matcha.environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    tracking, server, login, deployer = finished.stdout.splitlines()
    assert tracking == matcha.get("experiment-tracker", "tracking-url")
    assert server == matcha.get("pipeline", "server-url")
    assert login == f"admin {len(matcha.get('pipeline', 'server-password'))}"
    assert deployer == f"http://{matcha.get('model-deployer', 'base-url')}"


def test_an_mlflow_run_is_written_and_read_back(matcha: Matcha):
    url = matcha.get("experiment-tracker", "tracking-url")
    printed = run_client(python_of(matcha.folder, "mlflow"), "log_to_mlflow.py", url)
    read = json.loads(printed.splitlines()[-1])
    assert (read["params"], read["metrics"]) == ({"depth": "3"}, {"accuracy": 0.75})
    assert read["notes"] == "green tea"


def test_zenml_takes_the_user_and_password_that_are_shown(matcha: Matcha):
    url = matcha.get("pipeline", "server-url")
    token = zenml_token(matcha, url)
    request = urllib.request.Request(f"{url}/api/v1/current-user")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["name"] == matcha.get("pipeline", "server-username")


def test_a_chroma_collection_is_filled_and_queried(matcha: Matcha):
    url = matcha.get("vector-database", "url")
    printed = run_client(python_of(matcha.folder, "chroma"), "query_chroma.py", url)
    assert printed.split() == ["sencha", "green"]


@pytest.mark.parametrize(
    "resource", ["pipeline", "experiment-tracker", "model-deployer", "vector-database"]
)
def test_every_page_that_is_opened_is_there(matcha: Matcha, tmp_path: Path, resource: str):
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.opened"\n')
    browser.chmod(0o700)
    opening = Matcha(matcha.folder, matcha.environment | {"BROWSER": str(browser)})
    assert opening("open", resource).returncode == 0
    address = (tmp_path / "browser.opened").read_text().strip()
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert "html" in answer.headers["Content-Type"]


def test_mlserver_serves_a_scikit_learn_model(matcha: Matcha):
    url = "http://" + matcha.get("model-deployer", "base-url")
    models = matcha.folder / ".matcha/services/seldon/data/models"
    run_client(python_of(matcha.folder, "seldon"), "train_model.py", str(models))
    post(f"{url}/v2/repository/models/doubling/load", {})
    inputs = [{"name": "x", "shape": [1, 1], "datatype": "FP64", "data": [21.0]}]
    answer = post(f"{url}/v2/models/doubling/infer", {"inputs": inputs})
    assert answer["outputs"][0]["data"] == pytest.approx([42.0])


def test_a_second_provision_finds_nothing_to_do(matcha: Matcha):
    before = matcha.service_pids()
    assert matcha("provision", "--yes").returncode == 0
    assert matcha.service_pids() == before


def test_the_stack_cannot_be_changed_while_it_is_deployed(matcha: Matcha):
    before = (matcha.folder / "matcha.toml").read_bytes()
    refused = matcha("stack", "remove", "deployer")
    assert refused.returncode == 3
    assert "matcha destroy" in refused.stderr
    assert (matcha.folder / "matcha.toml").read_bytes() == before


def test_a_killed_service_is_back_within_seconds(matcha: Matcha):
    before = matcha.service_pids()
    os.kill(before["mlflow"], signal.SIGKILL)
    wait_for(lambda: matcha.service_pids().get("mlflow") not in (None, before["mlflow"]))
    wait_for(lambda: matcha("status").returncode == 0)
    after = matcha.service_pids()
    assert {**before, "mlflow": 0} == {**after, "mlflow": 0}


def test_destroy_leaves_nothing_behind(matcha: Matcha):
    ports = {address[1] for address in _listening(matcha)}
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    matcha.wait_until_ended()
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    state = json.loads(
        (matcha.folder / ".matcha/infrastructure/services/terraform.tfstate").read_text()
    )
    assert state["resources"] == []
    assert list((matcha.folder / ".matcha/services").iterdir()) == []
    assert not (matcha.folder / ".matcha/infrastructure/matcha.state").exists()


def test_a_second_destroy_says_that_nothing_is_deployed(matcha: Matcha):
    again = matcha("destroy", "--yes")
    assert again.returncode == 3
    assert "nothing is deployed" in again.stderr


def _listening(matcha: Matcha) -> list[tuple[str, int]]:
    """Return every address that a process of the stack listens on."""
    return [
        connection.laddr
        for process in matcha.processes()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]


def _is_reachable(path: Path, top: Path) -> bool:
    """Say whether another user could get at a file through the folders above it."""
    folders = [parent for parent in path.parents if parent.is_relative_to(top / ".matcha")]
    return all(folder.stat().st_mode & 0o011 for folder in folders)
