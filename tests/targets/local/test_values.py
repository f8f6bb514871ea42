import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.services.reservations import choosing_ports, reserve, reserved_by_others
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.local.target import LOCAL
from matcha_tui.targets.local.values import resolve_values, set_password
from matcha_tui.targets.stored_values import keep
from tests.ports import free_port

CATALOG = load_catalog()
MLFLOW = CATALOG.find("local", "experiment_tracker", "mlflow")
ZENML = CATALOG.find("local", "orchestrator", "zenml")
SELDON = CATALOG.find("local", "deployer", "seldon")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty project."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    return workspace


def decide_and_keep(workspace: Workspace, *flavors: Flavor) -> dict[str, dict[str, SettingValue]]:
    """Resolve, and keep what is kept when it is applied."""
    values = resolve_values(StackSpec(workspace, flavors, Config()))
    for file, decided in LOCAL.decisions(StackSpec(workspace, flavors, Config()), values).items():
        keep(file, decided)
    return values


def test_every_port_is_free_and_another(workspace: Workspace):
    values = resolve_values(StackSpec(workspace, [MLFLOW, ZENML, SELDON], Config()))
    ports = [
        value
        for module_values in values.values()
        for name, value in module_values.items()
        if "port" in name
    ]
    assert len(ports) == len(set(ports)) == 5


def test_what_was_decided_once_stays(workspace: Workspace):
    first = decide_and_keep(workspace, MLFLOW, ZENML)
    assert resolve_values(StackSpec(workspace, [MLFLOW, ZENML], Config())) == first


def test_a_port_that_a_stopped_server_has_is_nobody_elses(workspace: Workspace):
    first = decide_and_keep(workspace, ZENML)  # it does not run, and its port is free
    port = int(first["orchestrator"]["port"])
    setting = next(item for item in MLFLOW.settings if item.name == "port")
    greedy = replace(MLFLOW, settings=(replace(setting, preferred=port), *MLFLOW.settings[1:]))
    values = resolve_values(StackSpec(workspace, [greedy, ZENML], Config()))
    assert values["orchestrator"]["port"] == port
    assert values["experiment_tracker"]["port"] != port


def test_two_projects_that_decide_at_once_get_different_ports(tmp_path: Path):
    def decide(name: str) -> int:
        workspace = Workspace(tmp_path / name)
        (tmp_path / name).mkdir()
        prepare_workspace(workspace)
        values = resolve_values(StackSpec(workspace, [MLFLOW], Config()))
        again = resolve_values(StackSpec(workspace, [MLFLOW], Config()))
        assert again == values  # one's own reservation is in nobody's way
        return int(values["experiment_tracker"]["port"])

    with ThreadPoolExecutor(4) as executor:
        ports = list(executor.map(decide, "abcd"))
    assert len(set(ports)) == 4


def test_a_reservation_expires_and_needs_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with choosing_ports():
        reserve(tmp_path / "a", [20_001])
    assert reserved_by_others(tmp_path / "b") == {20_001}
    assert reserved_by_others(tmp_path / "a") == set()
    (file,) = (tmp_path / "state").rglob("20001")
    os.utime(file, (0, 0))
    assert reserved_by_others(tmp_path / "b") == set()
    assert not file.exists()
    (tmp_path / "no folder").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "no folder"))
    with choosing_ports():
        reserve(tmp_path / "a", [20_001])
    assert reserved_by_others(tmp_path / "b") == set()


def test_deciding_writes_nothing(workspace: Workspace):
    before = sorted(workspace.project.rglob("*"))
    resolve_values(StackSpec(workspace, [MLFLOW, ZENML, SELDON], Config()))
    assert sorted(workspace.project.rglob("*")) == before


def test_secrets_are_long_and_no_two_projects_share_them(workspace: Workspace, tmp_path: Path):
    other = Workspace(tmp_path / "other")
    passwords = {
        resolve_values(StackSpec(project, [ZENML], Config()))["orchestrator"]["password"]
        for project in (workspace, other)
    }
    assert len(passwords) == 2
    assert all(len(str(password)) >= 32 for password in passwords)


def test_what_is_kept_is_private(workspace: Workspace):
    decide_and_keep(workspace, ZENML)
    file = workspace.services / "zenml/values.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "password" in json.loads(file.read_text())


def test_a_kept_port_that_somebody_took_meanwhile_is_replaced(
    workspace: Workspace, taken_port: int
):
    folder = workspace.services / "mlflow"
    folder.mkdir()
    (folder / "values.json").write_text(json.dumps({"port": taken_port}))
    assert (
        resolve_values(StackSpec(workspace, [MLFLOW], Config()))["experiment_tracker"]["port"]
        != taken_port
    )


def test_a_port_that_the_user_set_is_used(workspace: Workspace, taken_port: int):
    config = Config(settings={"experiment_tracker.port": taken_port + 1})
    values = resolve_values(StackSpec(workspace, [MLFLOW], config))
    assert values["experiment_tracker"]["port"] == taken_port + 1


def test_a_port_that_is_taken_is_refused_with_the_setting_to_change(
    workspace: Workspace, taken_port: int
):
    config = Config(settings={"experiment_tracker.port": taken_port})
    with pytest.raises(MatchaError) as caught:
        resolve_values(StackSpec(workspace, [MLFLOW], config))
    assert f"experiment_tracker.port is {taken_port}" in caught.value.message
    assert caught.value.hint is not None
    assert "experiment_tracker.port" in caught.value.hint


def test_one_port_for_two_services_is_refused(workspace: Workspace):
    config = Config(settings={"experiment_tracker.port": 5005, "deployer.grpc_port": 5005})
    with pytest.raises(MatchaError, match="both set to port 5005") as caught:
        resolve_values(StackSpec(workspace, [MLFLOW, SELDON], config))
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_port_set_for_one_service_is_not_given_to_another(workspace: Workspace):
    port = free_port()
    config = Config(settings={"deployer.http_port": port})
    longing = replace(MLFLOW, settings=(replace(MLFLOW.settings[0], preferred=port),))
    values = resolve_values(StackSpec(workspace, [longing, SELDON], config))
    assert values["experiment_tracker"]["port"] != values["deployer"]["http_port"]


def test_a_password_of_the_users_is_taken_and_kept(workspace: Workspace):
    set_password(StackSpec(workspace, [MLFLOW, ZENML], Config()), "green tea")
    values = resolve_values(StackSpec(workspace, [MLFLOW, ZENML], Config()))
    assert values["orchestrator"]["password"] == "green tea"
    assert "password" not in values["experiment_tracker"]


def test_a_stack_without_passwords_takes_none(workspace: Workspace):
    with pytest.raises(MatchaError, match="no module of this stack") as caught:
        set_password(StackSpec(workspace, [MLFLOW], Config()), "green tea")
    assert caught.value.exit_code is ExitCode.USAGE


def test_kept_data_keeps_its_password(workspace: Workspace):
    decide_and_keep(workspace, ZENML)
    (workspace.services / "zenml/data").mkdir()
    with pytest.raises(MatchaError, match="has a password already") as caught:
        set_password(StackSpec(workspace, [ZENML], Config()), "green tea")
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "green tea" not in str(caught.value)
