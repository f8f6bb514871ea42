"""``matcha doctor`` and the checks of ``matcha provision`` against an Azure of this machine."""

import json
from io import StringIO
from pathlib import Path

import pytest

from matcha_tui.targets.azure.preflight import reader
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION, usage
from tests.azure_cloud.az import Az
from tests.command_line import Matcha, make_environment
from tests.commands.in_process import MatchaHere
from tests.targets.azure.conftest import IMPATIENT
from tests.targets.azure.conftest import az as az
from tests.targets.azure.conftest import azure as azure
from tests.targets.azure.preflight.conftest import QUOTAS

CONFIG = f"""\
version = 1
target = "azure"
[stack]
name = "custom"
[stack.modules]
data_version_control = "dvc"
[settings]
prefix = "tea"
location = "westeurope"
subscription_id = "{SUBSCRIPTION}"
"""
WITH_CLUSTER = CONFIG.replace("[settings]", 'experiment_tracker = "mlflow"\n[settings]')


class Terminal(StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def signed_in(azure: AzureCloud, monkeypatch: pytest.MonkeyPatch) -> AzureCloud:
    """An Azure to which the environment signs in."""
    for name, value in azure.principal.items():
        monkeypatch.setenv(name, value)
    return azure


def test_the_answers_come_in_the_order_of_the_table(signed_in: AzureCloud, matcha_here: MatchaHere):
    (matcha_here.folder / "matcha.toml").write_text(CONFIG)
    answer = matcha_here("doctor")
    assert answer.returncode == 0, answer
    lines = answer.stdout.splitlines()
    assert lines[0] == (
        "identity        passed            builder (service principal of ARM_CLIENT_ID),"
        " tenant Contoso, subscription Research"
    )
    names = ["identity", "settings", "project folder", "engine", "rights", "registration", "names"]
    assert [line[:16].strip() for line in lines] == [*names, "resource group", "policies"]
    assert not (matcha_here.folder / ".matcha").exists()


def test_what_failed_is_told_with_what_to_do(signed_in: AzureCloud, matcha_here: MatchaHere):
    (matcha_here.folder / "matcha.toml").write_text(WITH_CLUSTER)
    signed_in.resources.answers[QUOTAS][0] = usage("cores", "Total Regional vCPUs", 0, 10)
    signed_in.faults.add("permissions", 403, "AuthorizationFailed", "... action 'a/read' ...")
    answer = matcha_here("doctor", "--output", "json")
    assert answer.returncode == 4
    findings = {finding["name"]: finding for finding in json.loads(answer.stdout)}
    assert findings["rights"]["verdict"] == "could not verify"
    assert findings["quota"] == {
        "name": "quota",
        "verdict": "failed",
        "text": "Total Regional vCPUs in westeurope: 0 of 10 are in use, and 16 more are needed,"
        " for 3 Standard_D4s_v5 and one more while upgrading",
        "hint": "Take fewer: matcha provision --set node_maximum=1;"
        " or ask for more: Azure portal > Quotas > Compute.",
        "remedy": None,
    }


def test_a_provider_that_is_not_registered_is_registered_on_demand(
    signed_in: AzureCloud, matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reader, "CHECK_TIMEOUTS", IMPATIENT)
    (matcha_here.folder / "matcha.toml").write_text(CONFIG)
    signed_in.resources.registrations["microsoft.storage"] = "NotRegistered"
    answer = matcha_here("doctor")
    assert answer.returncode == 4
    assert "az provider register --wait --namespace Microsoft.Storage" in answer.stdout
    assert "`matcha doctor --fix`" in answer.stderr
    assert matcha_here("doctor", "--fix", "--output", "json").returncode == 2
    assert not [line for line in signed_in.lines() if line.endswith("/register")]
    mended = matcha_here("doctor", "--fix", "--yes")
    assert mended.returncode == 0, mended
    assert mended.stderr.splitlines() == [
        "Register Microsoft.Storage ...",
        "Registered: Microsoft.Storage.",
        "Checking again.",
    ]


def test_a_remedy_that_is_declined_changes_nothing(
    signed_in: AzureCloud, matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch
):
    (matcha_here.folder / "matcha.toml").write_text(CONFIG)
    signed_in.resources.registrations["microsoft.storage"] = "NotRegistered"
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    answer = matcha_here("doctor", "--fix")
    assert answer.returncode == 4
    assert "Register Microsoft.Storage? [y/N]" in answer.stderr
    assert not [line for line in signed_in.lines() if line.endswith("/register")]


def test_a_provision_is_refused_with_everything_that_failed(
    signed_in: AzureCloud, matcha_here: MatchaHere
):
    (matcha_here.folder / "matcha.toml").write_text(WITH_CLUSTER)
    signed_in.resources.registrations["microsoft.compute"] = "NotRegistered"
    signed_in.resources.answers[QUOTAS][0] = usage("cores", "Total Regional vCPUs", 0, 10)
    signed_in.faults.add("policyAssignments", 403, "AuthorizationFailed")
    answer = matcha_here("provision", "--yes")
    assert answer.returncode == 4
    assert "Checking first: identity, rights," in answer.stderr
    refusal = answer.stderr.partition("matcha: ")[2]
    assert "not registered for Microsoft.Compute; Total Regional vCPUs" in refusal
    assert "  Run: az provider register" in refusal
    assert "  Take fewer: " in refusal
    assert "`matcha doctor --fix`" in refusal
    assert "`--no-preflight` skips these checks." in refusal
    assert "could not verify" not in refusal
    assert "policies        could not verify" in answer.stderr
    assert not answer.stdout


def test_what_takes_no_network_is_refused_without_it(
    signed_in: AzureCloud, matcha_here: MatchaHere
):
    (matcha_here.folder / "matcha.toml").write_text(CONFIG.replace('"westeurope"', '""'))
    answer = matcha_here("provision", "--yes")
    assert answer.returncode == 4
    assert "location is not set" in answer.stderr
    assert signed_in.requests == []


def test_nobody_signed_in(az: Az, matcha_here: MatchaHere):
    (matcha_here.folder / "matcha.toml").write_text(CONFIG)
    answer = matcha_here("provision", "--yes")
    assert answer.returncode == 4
    refusal = answer.stderr[answer.stderr.index("matcha: nobody is signed in") :]
    assert "to the Azure CLI\n  Run `az login`, then try again.\n" in refusal
    assert len(az.calls()) == 1


def test_the_command_itself(azure: AzureCloud, tmp_path: Path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "matcha.toml").write_text(CONFIG)
    matcha = Matcha(folder, make_environment(**azure.environment, **azure.principal))
    answer = matcha("doctor", timeout=60)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count(" passed ") == 9
    assert answer.stderr == ""
