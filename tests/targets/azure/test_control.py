"""A stack on Azure is stopped and started; Azure's API is a stand-in that real requests go to."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.stack import preset_stack
from matcha_tui.targets.azure import power
from matcha_tui.targets.azure.arm.activity import find_changers
from matcha_tui.targets.azure.arm.resource_manager import ResourceManager
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import StackSpec
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION

CONTROL = AZURE.control
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/tea-resources/providers"


@pytest.fixture
def spec(
    azure: AzureCloud, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StackSpec:
    """The LLM stack, whose cluster and database run."""
    monkeypatch.setattr(power, "sign_in", lambda **_tenant: account)  # it waits less
    catalog, folder = load_catalog(), tmp_path / "project"
    (folder / ".matcha").mkdir(parents=True)
    stack = preset_stack(catalog, "llm")
    flavors = tuple(catalog.find("azure", *module) for module in stack.modules)
    chosen = {"prefix": "tea", "location": "westeurope", "subscription_id": SUBSCRIPTION}
    spec = StackSpec(Workspace(folder), flavors, Config(target="azure", settings=chosen))
    names = AzureSettings.of(spec).names
    azure.resources.objects |= {
        f"{GROUP}/microsoft.containerservice/managedclusters/{names.cluster}": {
            "properties": {"powerState": {"code": "Running"}, "provisioningState": "Succeeded"}
        },
        f"{GROUP}/microsoft.dbformysql/flexibleservers/{names.database}": {
            "properties": {"state": "Ready"}
        },
    }
    return spec


def states(azure: AzureCloud) -> set[str]:
    found = set()
    for item in azure.resources.objects.values():
        properties = item["properties"]
        found.add(properties.get("state") or properties["powerState"]["code"])
    return found


def test_it_is_stopped_with_what_that_saves_and_started_again(azure: AzureCloud, spec: StackSpec):
    assert CONTROL is not None
    told: list[str] = []
    CONTROL.stop(spec, (), told.append)
    assert states(azure) == {"Stopped"}
    assert {"the cluster: stopped", "the database: stopped"} <= set(told)
    (saving,) = (line for line in told if line.startswith("while it is stopped"))
    assert " USD a month less is paid" in saving
    (given := spec.workspace.state_file).parent.mkdir(parents=True, exist_ok=True)
    tracker = {"url": "https://127.0.0.1:9/", "username": "matcha", "password": "secret"}
    properties = {f"tracking-{name}": value for name, value in tracker.items()}
    given.write_text(json.dumps({"experiment-tracker": properties}))
    health = {found.flavor: found for found in AZURE.health(spec)}
    assert health["mlflow"].state is HealthState.STOPPED
    assert "`matcha start`" in health["mlflow"].detail
    asked = len(azure.lines())
    CONTROL.start(spec, (), told.append, unless_stopped=True)
    assert len(azure.lines()) == asked
    CONTROL.start(spec, (), told.append)
    assert states(azure) == {"Running", "Ready"}
    posts = [line.rpartition("/")[0].rpartition("/")[2] for line in azure.lines() if "POST" in line]
    names = AzureSettings.of(spec).names
    assert posts[-2:] == [names.database, names.cluster]  # what is needed first
    assert AZURE.health(spec)[1].state is HealthState.UNHEALTHY


def test_one_component_cannot_be_stopped(spec: StackSpec):
    assert CONTROL is not None
    with pytest.raises(MatchaError, match="stopped and started as a whole") as refused:
        CONTROL.stop(spec, ["mlflow"], print)
    assert refused.value.exit_code == ExitCode.USAGE


def test_a_refusal_of_azures_is_one_sentence_and_nothing_is_noted(
    azure: AzureCloud, spec: StackSpec
):
    assert CONTROL is not None
    azure.faults.add("POST .*/stop", 403, "AuthorizationFailed", "The client has no right.")
    with pytest.raises(MatchaError):
        CONTROL.stop(spec, (), print)
    assert not spec.workspace.stopped_file.exists()


def test_who_has_changed_a_resource_is_in_the_activity_log(azure: AzureCloud, account: Account):
    def event(caller: str, when: str, operation: str) -> dict[str, object]:
        return {"caller": caller, "eventTimestamp": when, "operationName": {"value": operation}}

    azure.resources.answers[
        "GET /subscriptions/*/providers/Microsoft.Insights/eventtypes/management/values"
    ] = [
        event("ada@contoso.com", "2026-11-30T10:00:00Z", "Microsoft.Storage/write"),
        event("bob@contoso.com", "2026-12-01T10:00:00Z", "Microsoft.Storage/storageAccounts/write"),
        event("eve@contoso.com", "2026-12-01T11:00:00Z", "Microsoft.Storage/listKeys/read"),
    ]
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    with ResourceManager(account) as manager:
        found = find_changers(manager, SUBSCRIPTION, ["/subscriptions/x"], now)
    assert found["/subscriptions/x"].startswith("by bob@contoso.com, 2026-12-01 ")
