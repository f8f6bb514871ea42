"""DVC's and ZenML's own clients, told of a stack on Azure that was never built.

The ZenML server is one on this machine; nothing else is asked to be anywhere.
"""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uv
import yaml

from tests.clients.azure_stack import RESOURCES, write_project
from tests.command_line import Matcha, make_environment
from tests.end_to_end.clients import python_of, run_client

pytestmark = pytest.mark.slow

ZENML_ONLY = 'version = 1\n[stack]\nname = "custom"\n[stack.modules]\norchestrator = "zenml"\n'
CLIENTS = ("dvc==3.67.1", "zenml==0.98.0", "adlfs", "kubernetes>=21.7,<26", "mlflow>=2.1.1,<4")
NEW_PASSWORD = "another password of the gateway"
REMOTE = RESOURCES["data-version-control"]
SECRETS = [
    value
    for properties in RESOURCES.values()
    for name, value in properties.items()
    if name in ("connection-string", "password", "tracking-password")
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """A ZenML server on this machine, in a project of its own."""
    command = Matcha(tmp_path_factory.mktemp("server"), make_environment())
    (command.folder / "matcha.toml").write_text(ZENML_ONLY)
    try:
        provision = command("provision", "--yes")
        assert provision.returncode == 0, provision.stderr
        yield command
    finally:
        command("destroy", "--yes")
        command.clean_up()


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DVC, and ZenML with what its flavors for Azure and Kubernetes import: their programs."""
    environment = tmp_path_factory.mktemp("clients")
    tool = uv.find_uv_bin()
    make = [tool, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment)]
    install = [tool, "pip", "install", "--quiet", "--python", str(environment / "bin/python")]
    for command in (make, [*install, *CLIENTS]):
        subprocess.run(command, check=True, timeout=300)
    return environment / "bin"


@pytest.fixture
def azure(server: Matcha, tmp_path: Path) -> Matcha:
    """A project on Azure, except that its ZenML server is on this machine."""
    folder = tmp_path / "project"
    folder.mkdir()
    names = ("server-url", "server-username", "server-password")
    nearby = {name: server.get("pipeline", name) for name in names}
    write_project(folder, {**RESOURCES, "pipeline": {**RESOURCES["pipeline"], **nearby}})
    return Matcha(folder, make_environment(ZENML_CONFIG_PATH=str(tmp_path / "zenml")))


def test_a_client_without_the_integrations_is_told_what_to_install(azure: Matcha, server: Matcha):
    plain = Path(python_of(server.folder, "zenml")).parent
    answer = _with(azure, plain)("connect")
    assert answer.returncode == 1
    lines = answer.stdout.splitlines()
    zenml = next(line for line in lines if line.startswith("zenml  failed"))
    assert zenml.endswith("zenml integration install azure kubernetes mlflow")
    assert _asked(server, plain, "print(Client().list_stacks(name='matcha').total)") == "0"


def test_dvc_and_zenml_know_the_stack_and_a_second_time_nothing_changes(
    azure: Matcha, server: Matcha, clients: Path
):
    connecting = _with(azure, clients)
    for command in (["git", "init", "--quiet"], ["dvc", "init", "--quiet"]):
        _run(connecting, *command)
    for outcome in ("done", "unchanged"):
        answer = connecting("connect")
        assert answer.returncode == 0, answer.stdout
        assert [line.split()[:2] for line in answer.stdout.splitlines()[:3]] == [
            [name, outcome] for name in (".env", "dvc", "zenml")
        ]
        assert not any(secret in answer.stdout + answer.stderr for secret in SECRETS)
    _check_dvc(connecting)
    state = azure.folder / ".matcha/infrastructure/matcha.state"
    state.write_text(state.read_text().replace("gateway password", NEW_PASSWORD))
    changed = connecting("connect")
    assert changed.returncode == 0, changed.stdout
    assert "changed the secret matcha_experiment_tracker; before" in changed.stdout
    assert NEW_PASSWORD not in changed.stdout + changed.stderr
    _check_zenml(connecting, clients)


def test_back_on_this_machine_dvc_takes_the_folder(clients: Path, tmp_path: Path):
    write_project(tmp_path, {"data-version-control": REMOTE})
    matcha = _with(Matcha(tmp_path, make_environment()), clients)
    _run(matcha, "dvc", "init", "--quiet", "--no-scm")
    assert matcha("connect").returncode == 0
    given = {"data-version-control": {"remote-url": str(tmp_path / "remote")}}
    (tmp_path / ".matcha/infrastructure/matcha.state").write_text(json.dumps(given))
    answer = matcha("connect")
    assert answer.returncode == 0, answer.stdout
    assert "took an old connection string" in answer.stdout
    assert _run(matcha, "dvc", "remote", "list").split()[1] == str(tmp_path / "remote")


def _check_dvc(matcha: Matcha) -> None:
    shown = _run(matcha, "dvc", "config", "--list", "--project").splitlines()
    assert sorted(shown) == [
        "core.remote=matcha",
        f"remote.matcha.account_name={REMOTE['account-name']}",
        "remote.matcha.url=azure://dvc",
    ]
    secret = f"remote.matcha.connection_string={REMOTE['connection-string']}"
    assert _run(matcha, "dvc", "config", "--list", "--local").splitlines() == [secret]
    local = matcha.folder / ".dvc/config.local"
    assert stat.S_IMODE(local.stat().st_mode) == 0o600
    _run(matcha, "git", "add", "--all")
    assert "config.local" not in _run(matcha, "git", "ls-files")
    assert _run(matcha, "dvc", "remote", "list").split() == ["matcha", "azure://dvc", "(default)"]


def _check_zenml(matcha: Matcha, clients: Path) -> None:
    context = {"name": "tea-cluster", "context": {"cluster": "tea-cluster", "user": "tea"}}
    kubeconfig = matcha.folder / "kubeconfig"
    kubeconfig.write_text(
        yaml.safe_dump(
            {
                "current-context": "tea-cluster",
                "contexts": [context],
                "clusters": [{"name": "tea-cluster", "cluster": {"server": "https://127.0.0.1:1"}}],
                "users": [{"name": "tea", "user": {"token": "none"}}],
            }
        )
    )
    variables = {
        "ZENML_CONFIG_PATH": matcha.environment["ZENML_CONFIG_PATH"],
        "ZENML_ANALYTICS_OPT_IN": "false",
        "KUBECONFIG": str(kubeconfig),
    }
    printed = run_client(str(clients / "python"), "use_zenml_on_azure.py", **variables)
    tracker = RESOURCES["experiment-tracker"]
    assert json.loads(printed.splitlines()[-1]) == {
        "components": [
            "artifact_store: azure",
            "container_registry: azure",
            "deployer: local",
            "experiment_tracker: mlflow",
            "image_builder: local",
            "log_store: artifact",  # ZenML's own, beside every artifact store
            "orchestrator: kubernetes",
        ],
        "context": "tea-cluster",
        "registry": "teaab1cdregistry.azurecr.io",
        "path": "az://artifacts",
        "credentials": {"connection_string": RESOURCES["pipeline"]["connection-string"]},
        "account": "teaab1cdzenml",
        "uri": tracker["tracking-url"],
        "username": tracker["tracking-username"],
        "password": NEW_PASSWORD,
    }


def _with(matcha: Matcha, programs: Path) -> Matcha:
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    return Matcha(matcha.folder, matcha.environment | {"PATH": path})


def _run(matcha: Matcha, *command: str) -> str:
    finished = subprocess.run(
        command,
        cwd=matcha.folder,
        env=matcha.environment | {"DVC_NO_ANALYTICS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def _asked(server: Matcha, programs: Path, question: str) -> str:
    """Ask a ZenML server as its client, with a line of Python."""
    settings = server("env", "--show-sensitive", "--shell", "bash").stdout
    script = f'{settings}\nexec "{programs}/python" -c "from zenml.client import Client; $1"'
    environment = server.environment | {
        "ZENML_ANALYTICS_OPT_IN": "false",
        "ZENML_CONFIG_PATH": str(server.folder / "asking"),
    }
    printed = subprocess.check_output(
        ["bash", "-c", script, "bash", question], env=environment, text=True
    )
    return printed.splitlines()[-1]
