"""Terraform's state damaged, lost, older, newer or foreign: said, and put right as it is said.

A real server runs throughout. Each test ends with the step that the message names, tried.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from matcha_tui.errors import ExitCode
from tests.command_line import Matcha, make_environment
from tests.faults.report import Fault
from tests.ports import free_port

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[1] / "examples/my_modules"
SERVER = (
    'version = 1\npaths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
    '[stack.modules]\ndata_version_control = "file_server"\n'
)
HEALTHY = ["data_version_control", "file_server", "healthy"]


@pytest.fixture(scope="module")
def _once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    directory = tmp_path_factory.mktemp("state")
    folder = directory / "project"
    shutil.copytree(EXAMPLE, folder / "my_modules")
    (folder / "matcha.toml").write_text(
        f"{SERVER}[settings.data_version_control]\nport = {free_port()}\n"
    )
    command = Matcha(folder, make_environment(XDG_STATE_HOME=str(directory / "register")))
    try:
        yield command
    finally:
        command.clean_up()


@pytest.fixture
def matcha(_once: Matcha) -> Matcha:
    """A project with one server that runs, deployed anew where a test has ended it."""
    if _once("status").returncode != 0:
        shutil.rmtree(_once.folder / ".matcha", ignore_errors=True)
        provision = _once("provision", "--yes", "--trust-modules")
        assert provision.returncode == 0, provision.stderr
    return _once


def state_of(matcha: Matcha) -> Path:
    return matcha.folder / ".matcha/infrastructure/services/terraform.tfstate"


def kept(matcha: Matcha) -> list[Path]:
    return sorted((matcha.folder / ".matcha/states/services").glob("[0-9]*.tfstate"))


def set_aside(matcha: Matcha) -> set[bytes]:
    folder = matcha.folder / ".matcha/states/services"
    return {path.read_bytes() for path in folder.glob("replaced-*.tfstate")}


def change(matcha: Matcha, **fields: object) -> bytes:
    content = json.dumps(json.loads(state_of(matcha).read_bytes()) | fields).encode()
    state_of(matcha).write_bytes(content)
    return content


def runs(matcha: Matcha) -> bool:
    """Whether the very server still runs."""
    return any(map(psutil.pid_exists, matcha.service_pids().values()))


def require_named_files(matcha: Matcha, said: str) -> None:
    """Require that each file which a message names is there."""
    for name in re.findall(r"(?<![\w/])\.matcha/\S+?(?=[`,;.]?(?:\s|$))", said):
        assert (matcha.folder / name).exists(), name


def restore_by_the_message(matcha: Matcha) -> str:
    """Do what the refusals say, and require that all is well afterwards."""
    status, provision = matcha("status"), matcha("provision", "--yes")
    assert status.stdout.split()[:3] == HEALTHY
    assert (status.returncode, provision.returncode) == (ExitCode.FAILED, ExitCode.REFUSED)
    for answer in (status, provision):
        assert "`matcha state restore` puts back number" in answer.stderr
        assert "nothing is deployed" not in answer.stderr
        require_named_files(matcha, answer.stderr)
    pids = matcha.service_pids()
    restored = matcha("state", "restore", "--yes")
    assert restored.returncode == 0, restored.stderr
    assert matcha("status").returncode == 0
    again = matcha("plan")
    assert "Nothing to change" in again.stdout, again.stdout + again.stderr
    assert matcha.service_pids() == pids
    return status.stderr


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param(row, sentence, marks=pytest.mark.fault("Terraform's state", f"it is {row}"))
        for row, sentence in (
            ("corrupt", "is damaged"),
            ("truncated", "is damaged"),
            ("of a newer format", "has a newer format than this matcha knows"),
            ("empty", "is lost"),
            ("gone", "is lost"),
            ("of an older serial", "is older than one that was kept"),
            ("of another lineage", "is another one than that of what was built here"),
        )
    ],
)
def test_a_state_that_nobody_can_go_by_is_put_right(
    matcha: Matcha, fault: Fault, row: str, sentence: str
):
    good = json.loads(state_of(matcha).read_bytes())
    match row:
        case "corrupt":
            state_of(matcha).write_bytes(b"\0" * 4096)
        case "truncated":
            state_of(matcha).write_bytes(state_of(matcha).read_bytes()[:300])
        case "of a newer format":
            change(matcha, version=5)
        case "empty":
            state_of(matcha).write_bytes(b"")
        case "gone":
            shutil.rmtree(matcha.folder / ".matcha/infrastructure")
        case "of an older serial":
            change(matcha, serial=good["serial"] - 1)
        case "of another lineage":
            change(matcha, lineage="00000000-0000-0000-0000-000000000000")
    was = state_of(matcha).read_bytes() if state_of(matcha).exists() else b""
    said = restore_by_the_message(matcha)
    assert sentence in said
    now = json.loads(state_of(matcha).read_bytes())
    assert (now["lineage"], now["resources"]) == (good["lineage"], good["resources"])
    assert now["serial"] > good["serial"]
    remembered = set_aside(matcha) | {path.read_bytes() for path in kept(matcha)}
    assert not was or was in remembered
    fault.report(said, "`matcha state restore`")


def test_a_state_that_is_older_on_purpose_is_gone_on_with(matcha: Matcha):
    change(matcha, serial=1)
    said = matcha("provision", "--yes").stderr
    command = ".matcha/infrastructure/services/terraform.tfstate"
    assert f"`matcha state restore {command}` goes on from the older one" in said
    assert matcha("state", "restore", command, "--yes").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr


@pytest.mark.parametrize("row", ["truncated", "empty", "another lineage"])
def test_what_runs_is_ended_though_no_state_was_kept(matcha: Matcha, row: str):
    shutil.rmtree(matcha.folder / ".matcha/states")
    for backup in state_of(matcha).parent.glob("terraform.tfstate.backup"):
        backup.unlink()
    match row:
        case "truncated":
            state_of(matcha).write_bytes(state_of(matcha).read_bytes()[:300])
        case "empty":
            state_of(matcha).write_bytes(b"")
        case "another lineage":
            change(matcha, lineage="00000000-0000-0000-0000-000000000000")
    was = state_of(matcha).read_bytes()
    status = matcha("status")
    assert status.returncode == ExitCode.FAILED
    assert "`matcha destroy` ends what runs without it" in status.stderr
    assert "state restore` puts" not in status.stderr
    refused = matcha("state", "restore", "--yes")
    assert refused.returncode == ExitCode.REFUSED
    data = matcha.folder / ".matcha/services/file_server/data"
    assert data.is_dir()
    keeps = row == "truncated"
    destroy = matcha("destroy", "--yes", *(["--keep-data"] if keeps else []))
    assert destroy.returncode == 0, destroy.stderr
    matcha.wait_until_ended()
    assert data.exists() is keeps
    assert not was or was in set_aside(matcha)
    assert "nothing is deployed" in matcha("status").stderr
    again = matcha("provision", "--yes")
    assert again.returncode == 0, again.stderr


def test_what_runs_is_ended_though_all_that_was_known_of_it_is_lost(matcha: Matcha):
    shutil.rmtree(matcha.folder / ".matcha")
    status = matcha("status")
    assert status.returncode == ExitCode.REFUSED
    assert "nothing is deployed" not in status.stderr
    assert "file_server" in status.stderr
    assert "`matcha destroy` ends them" in status.stderr
    assert runs(matcha)
    destroy = matcha("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    matcha.wait_until_ended()
    assert "nothing is deployed" in matcha("status").stderr
    assert json.loads(matcha("ls", "--output", "json").stdout)["deployments"] == []


def test_a_state_is_restored_though_the_record_is_lost_with_it(matcha: Matcha):
    (matcha.folder / ".matcha/deployment.json").unlink()
    state_of(matcha).write_bytes(b"{")
    assert matcha("status").returncode == ExitCode.FAILED
    assert matcha("state", "restore", "--yes").returncode == 0
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert matcha("status").returncode == 0


def test_the_state_of_a_later_terraform_is_left_alone(matcha: Matcha):
    was = change(matcha, terraform_version="9.1.0")
    assert matcha("status").returncode == 0
    for line in ("plan", "provision --yes"):
        refused = matcha(*line.split())
        assert refused.returncode == ExitCode.REFUSED
        assert "Terraform 9.1.0 wrote the state of services" in refused.stderr
    assert "--engine" in refused.stderr
    assert "`matcha destroy`" in refused.stderr
    assert state_of(matcha).read_bytes() == was
    assert matcha("destroy", "--yes").returncode == 0
    assert was in {path.read_bytes() for path in kept(matcha)}
    matcha.wait_until_ended()


@pytest.mark.parametrize("line", ["provision --yes", "destroy --yes"])
def test_a_state_that_terraform_could_not_save_is_put_back(matcha: Matcha, line: str):
    errored = state_of(matcha).with_name("errored.tfstate")
    state = json.loads(state_of(matcha).read_bytes())
    errored.write_text(json.dumps(state | {"serial": state["serial"] + 1}))
    state_of(matcha).write_bytes(state_of(matcha).read_bytes()[:300])
    was, pids = state_of(matcha).read_bytes(), matcha.service_pids()
    assert matcha("status").returncode == 0
    answer = matcha(*line.split())
    assert answer.returncode == 0, answer.stderr
    assert "state of services that Terraform could not save was put back" in answer.stderr
    assert not errored.exists()
    assert was in set_aside(matcha)
    if line.startswith("provision"):
        assert matcha.service_pids() == pids
        assert matcha("status").returncode == 0
    else:
        matcha.wait_until_ended()
        assert "nothing is deployed" in matcha("status").stderr


@pytest.mark.parametrize(
    "fields", [{"lineage": "of another"}, {"serial": 1}], ids=["another lineage", "older"]
)
def test_an_unsaved_state_that_does_not_belong_there_is_left_alone(
    matcha: Matcha, fields: dict[str, object]
):
    errored = state_of(matcha).with_name("errored.tfstate")
    content = json.dumps(json.loads(state_of(matcha).read_bytes()) | fields)
    errored.write_text(content)
    lineage = json.loads(state_of(matcha).read_bytes())["lineage"]
    provision = matcha("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert "errored.tfstate is left alone" in provision.stderr
    assert errored.read_text() == content
    assert json.loads(state_of(matcha).read_bytes())["lineage"] == lineage
    errored.unlink()
    assert matcha("status").returncode == 0


def test_a_provision_that_changes_nothing_keeps_nothing_more(matcha: Matcha):
    before = kept(matcha)
    assert before
    assert matcha("provision", "--yes").returncode == 0
    assert kept(matcha) == before
    assert {path.stat().st_mode & 0o777 for path in before} == {0o600}
    listed = json.loads(matcha("state", "list", "--output", "json").stdout)["states"]
    assert [Path(item["file"]) for item in listed] == list(reversed(before))
