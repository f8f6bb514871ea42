import stat
from dataclasses import replace
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.azure.values import check_settings, set_password
from matcha_tui.targets.base import StackSpec
from tests.azure.project import SETTINGS

CATALOG = load_catalog()
ZENML = CATALOG.find("azure", "orchestrator", "zenml")
DVC = CATALOG.find("azure", "data_version_control", "dvc")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty project."""
    workspace = Workspace(tmp_path)
    prepare_workspace(workspace)
    return workspace


def intend(workspace: Workspace, *flavors, **settings: SettingValue) -> StackSpec:
    return StackSpec(
        workspace, flavors or (ZENML, DVC), Config("azure", settings=SETTINGS | settings)
    )


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"location": ""}, "location is not set", "matcha provision --location westeurope"),
        ({"subscription_id": ""}, "subscription_id is not set", "az account show"),
        (
            {"node_minimum": 4},
            "node_minimum is 4, which is more than node_maximum, 3",
            "--set node_maximum=4",
        ),
        ({"allowed_ranges": "203.0.300.0/24"}, "allowed_ranges has '203.0.300.0/24'", "/32"),
        ({"allowed_ranges": "203.0.113.9/24"}, "allowed_ranges has '203.0.113.9/24'", "/32"),
        ({"budget": 100}, "budget is set, and budget_email is not", "--set budget_email="),
    ],
)
def test_what_nothing_can_be_built_with_is_refused(
    workspace: Workspace, settings: dict[str, SettingValue], message: str, hint: str
):
    with pytest.raises(MatchaError) as caught:
        check_settings(AzureSettings.read(SETTINGS | settings))
    assert caught.value.message.startswith(message)
    assert hint in (caught.value.hint or "")
    assert caught.value.exit_code is ExitCode.USAGE
    with pytest.raises(MatchaError):
        AZURE.resolve(intend(workspace, **settings))


def test_a_budget_with_somebody_to_tell_is_fine():
    told: dict[str, SettingValue] = {"budget": 100, "budget_email": "ada@example.com"}
    check_settings(AzureSettings.read(SETTINGS | told))


def test_what_was_set_wins_over_defaults_and_a_secret_is_left_to_terraform(workspace: Workspace):
    values = AZURE.resolve(intend(workspace, **{"data_version_control.retention_days": 7}))
    assert values["data_version_control"]["retention_days"] == 7
    assert values["orchestrator"]["username"] == "admin"
    assert values["orchestrator"]["password"] == ""


def test_a_password_of_the_users_is_kept_in_private(workspace: Workspace):
    set_password(intend(workspace), "green tea")
    file = workspace.infrastructure / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert AZURE.resolve(intend(workspace))["orchestrator"]["password"] == "green tea"


def test_what_is_deployed_keeps_its_password(workspace: Workspace):
    set_password(intend(workspace, ZENML), "green tea")
    deployed = replace(intend(workspace, ZENML), is_deployed=True)
    set_password(deployed, "green tea")
    with pytest.raises(MatchaError, match="has a password already") as caught:
        set_password(deployed, "black tea")
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "black tea" not in f"{caught.value} {caught.value.hint}"
    assert AZURE.resolve(intend(workspace))["orchestrator"]["password"] == "green tea"


def test_a_stack_without_passwords_takes_none(workspace: Workspace):
    with pytest.raises(MatchaError, match="no module of this stack takes a password"):
        set_password(intend(workspace, DVC), "green tea")
