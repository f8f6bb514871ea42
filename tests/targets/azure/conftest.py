import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui.targets.azure.auth.account import Account, sign_in
from matcha_tui.targets.azure.cloud.connection import Timeouts
from matcha_tui.targets.azure.cloud.endpoints import Cloud, find_cloud
from tests.azure_cloud import AzureCloud, azure_cloud
from tests.azure_cloud.az import Az, install_az

IMPATIENT = Timeouts(
    connect=2.0,
    read=2.0,  # a busy machine is no silent one
    command=20,
    retries=2,
    backoff=0.01,
    longest_pause=1.0,
    right=0.5,
    creation=1.0,
    poll=0.01,
)
_USERS = ("ARM_", "AZURE_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "REQUESTS_CA")


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureCloud]:
    """An Azure that this process finds, with nobody signed in."""
    for name in list(os.environ):
        if name.upper().startswith(_USERS):
            monkeypatch.delenv(name)
    with azure_cloud(tmp_path) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture
def az(azure: AzureCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Az:
    """An Azure CLI on PATH, with nobody signed in."""
    program = install_az(tmp_path / "az")
    monkeypatch.setenv("PATH", f"{program.folder}:/usr/bin:/bin")
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    return program


@pytest.fixture
def cloud(azure: AzureCloud) -> Cloud:
    """The Azure's endpoints, with patience for tests."""
    return find_cloud(timeouts=IMPATIENT)


@pytest.fixture
def account(azure: AzureCloud, cloud: Cloud) -> Account:
    """The service principal, signed in."""
    return sign_in(cloud, environment=azure.principal)
