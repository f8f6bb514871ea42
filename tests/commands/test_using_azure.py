"""A stack on Azure put to use from a machine that has none of its clients."""

import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from tests.clients.azure_stack import RESOURCES, write_project
from tests.command_line import Matcha, make_environment

HOST = "https://tea-ab1cd.westeurope.cloudapp.azure.com"
VARIABLES = {
    "ZENML_STORE_URL": HOST,
    "ZENML_STORE_USERNAME": "admin",
    "ZENML_STORE_PASSWORD": "zenml's own password",
    "ZENML_STORE_TYPE": "rest",
    "MLFLOW_TRACKING_URI": f"{HOST}/mlflow",
    "MLFLOW_TRACKING_USERNAME": "matcha",
    "MLFLOW_TRACKING_PASSWORD": "gateway password",
    "AZURE_STORAGE_CONNECTION_STRING": RESOURCES["data-version-control"]["connection-string"],
    "CHROMA_HOST": RESOURCES["vector-database"]["url"],
    "CHROMA_PORT": "443",
    "CHROMA_URL": RESOURCES["vector-database"]["url"],
    "DVC_REMOTE_URL": "azure://dvc",
    "SELDON_BASE_URL": "https://tea-ab1cd.westeurope.cloudapp.azure.com/seldon/"
    "matcha-seldon-workloads",
    "CHROMA_CLIENT_AUTH_CREDENTIALS": "matcha:gateway password",
    "CHROMA_CLIENT_AUTH_PROVIDER": "chromadb.auth.basic_authn.BasicAuthClientProvider",
}


@pytest.fixture
def azure(tmp_path: Path) -> Matcha:
    """A project whose stack is on Azure; PATH has a browser that notes what it opens."""
    folder, programs = tmp_path / "project", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    write_project(folder)
    browser = programs / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.opened"\n')
    browser.chmod(0o700)
    environment = make_environment(SHELL="/bin/bash", PATH=str(programs), BROWSER=str(browser))
    return Matcha(folder, environment)


def test_a_shell_takes_over_every_variable(azure: Matcha):
    answer = azure("env", "--show-sensitive")
    assert answer.returncode == 0, answer.stderr
    assigned = shlex.split(answer.stdout.replace("export ", ""))
    assert dict(line.split("=", 1) for line in assigned) == VARIABLES


def test_secrets_are_left_out_unless_asked_for(azure: Matcha):
    answer = azure("env")
    shown = {line.split("=")[0].removeprefix("export ") for line in answer.stdout.splitlines()}
    assert shown == {
        "ZENML_STORE_URL",
        "ZENML_STORE_TYPE",
        "MLFLOW_TRACKING_URI",
        "CHROMA_CLIENT_AUTH_PROVIDER",
        "CHROMA_HOST",
        "CHROMA_PORT",
        "CHROMA_URL",
        "DVC_REMOTE_URL",
        "SELDON_BASE_URL",
    }
    assert "password" not in answer.stdout


def test_connect_writes_them_where_only_the_user_reads_them(azure: Matcha):
    answer = azure("connect")
    assert [line.split()[:2] for line in answer.stdout.splitlines()] == [
        [".env", "done"],
        ["dvc", "skipped"],
        ["zenml", "skipped"],
        ["client", "skipped"],
    ]
    file = azure.folder / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    script = '. ./.env; printf "%s" "$AZURE_STORAGE_CONNECTION_STRING"'
    printed = subprocess.check_output(["/bin/sh", "-c", script], cwd=azure.folder, text=True)
    assert printed == VARIABLES["AZURE_STORAGE_CONNECTION_STRING"]
    assert "unchanged" in azure("connect").stdout


@pytest.mark.parametrize(
    ("resource", "page"),
    [
        ("pipeline", HOST),
        ("orchestrator", HOST),
        ("ZenML", HOST),
        ("experiment-tracker", f"{HOST}/mlflow/"),
        ("experiment_tracker", f"{HOST}/mlflow/"),
        ("mlflow", f"{HOST}/mlflow/"),
    ],
)
def test_the_pages_are_those_of_the_gateway(azure: Matcha, resource: str, page: str):
    assert azure("open", resource).returncode == 0
    opened = Path(azure.environment["BROWSER"] + ".opened")
    assert opened.read_text().strip() == page


def test_what_has_no_page_there_is_not_opened(azure: Matcha):
    answer = azure("open", "vector-database")
    assert answer.returncode == 2
    assert "experiment-tracker" in answer.stderr


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("get orchestrator k8s-context", "tea-cluster"),
        ("get orchestrator server_url", HOST),
        ("get deployer workloads-namespace", "matcha-seldon-workloads"),
        ("get seldon base-url", "tea-ab1cd.westeurope.cloudapp.azure.com"),
    ],
)
def test_a_name_of_two_meanings_means_the_one_that_has_the_property(
    azure: Matcha, line: str, printed: str
):
    assert azure(*line.split(), "--output", "raw").stdout == f"{printed}\n"


def test_what_a_script_reads_is_called_as_ever(azure: Matcha):
    assert (
        azure("get", "orchestrator").stdout
        == "orchestrator\n  k8s-context            tea-cluster\n"
    )


def test_the_log_of_a_component_is_in_a_cluster_that_is_not_known_here(azure: Matcha):
    answer = azure("logs", "mlflow")
    assert answer.returncode == 3
    assert "this folder does not know the cluster's address" in answer.stderr
