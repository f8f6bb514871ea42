"""Two colleagues, two folders, one deployment: its state in Azurite, under Entra ID."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from matcha_tui.errors import ExitCode
from matcha_tui.targets.azure.auth.account import sign_in
from matcha_tui.targets.azure.cloud.connection import Connection
from matcha_tui.targets.azure.cloud.endpoints import STORAGE_SCOPE, find_cloud
from matcha_tui.targets.azure.names import STATE_CONTAINER, derive_names
from matcha_tui.terraform.cancel import read_processes
from tests.azure_cloud import AzureCloud, azure_cloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.azurite import azurite
from tests.simulator.mirror import Simulator, install
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

MATCHA = Path(sys.executable).with_name("matcha")
PREFIX = "tea"
STORAGE = derive_names(PREFIX, SUBSCRIPTION).state_account


SLOW = {"type": "azurerm_storage_container", "operation": "create", "delay": 300}
WAIT_SECONDS = 60


@contextmanager
def killed_at_last(run_id: str, colleague: "Colleague") -> Iterator[None]:
    """Have a run's machine die when the block ends, with all that the run has started."""
    try:
        yield
    finally:
        running = read_processes(colleague.folder / ".matcha" / "runs" / run_id)
        assert running is not None
        for found in psutil.process_iter():
            with suppress(OSError, psutil.Error):
                if os.getsid(found.pid) == running.worker.pid:
                    found.kill()


@dataclass(frozen=True)
class Colleague:
    """Somebody with a folder of their own."""

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (MATCHA, *arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def do(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[AzureCloud]:
    """An Azure whose state account's blobs are in Azurite."""
    certificates, blobs = tmp_path / "certificates", tmp_path / "azurite"
    certificates.mkdir()
    blobs.mkdir()
    with (
        azure_cloud(certificates) as cloud,
        azurite(blobs, cloud.certificates, STORAGE) as port,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in (cloud.environment | cloud.principal).items():
            patch.setenv(name, value)
        account = sign_in(find_cloud())
        # Azurite knows nothing of what Azure Resource Manager makes.
        cloud.tunnel.port = port
        server = account.cloud.blob_server(STORAGE)
        options = account.cloud.options
        with Connection(server, options, account.credential, STORAGE_SCOPE) as connection:
            query, headers = {"restype": "container"}, {"x-ms-version": "2021-12-02"}
            connection.send("PUT", f"/{STATE_CONTAINER}", query=query, headers=headers)
        yield cloud


@pytest.fixture
def simulator(tmp_path: Path) -> Simulator:
    folder = tmp_path / "simulator"
    folder.mkdir()
    return install(folder)


def make_colleague(folder: Path, azure: AzureCloud, simulator: Simulator) -> Colleague:
    folder.mkdir()
    environment = {
        **os.environ,
        **azure.environment,
        **azure.principal,
        **simulator.environment,
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
    }
    return Colleague(folder, environment)


def test_colleagues_see_and_change_one_deployment(
    tmp_path: Path, azure: AzureCloud, simulator: Simulator
):
    ada = make_colleague(tmp_path / "ada", azure, simulator)
    grace = make_colleague(tmp_path / "grace", azure, simulator)
    for module_type in ("orchestrator", "experiment_tracker", "deployer"):
        ada.do("stack", "remove", module_type)
    settings = ("--prefix", PREFIX, "--location", "westeurope")
    where = (*settings, "--set", f"subscription_id={SUBSCRIPTION}")
    said = ada.do("provision", "--yes", "--target", "azure", *where)
    assert "Shared state: " in said
    given = ada.do("get", "--show-sensitive", "--output", "json")
    config = (ada.folder / "matcha.toml").read_text()
    assert f'account = "{STORAGE}"' in config
    assert not list((ada.folder / ".matcha").rglob("terraform.tfstate.backup"))

    (grace.folder / "matcha.toml").write_text(config)
    assert grace.do("get", "--show-sensitive", "--output", "json") == given
    assert "Nothing to change" in grace.do("plan")

    simulator.forget("containers/dvc")
    simulator.set_faults(SLOW)
    with killed_at_last(ada.do("provision", "--yes", "--detach").split()[0], ada):
        wait_for(lambda: "platform is locked" in grace("force-unlock").stderr)
        refused = grace("provision", "--yes", "--no-preflight")
        assert refused.returncode == ExitCode.FAILED
        assert "has been at work on the same state since" in refused.stderr
        assert "matcha force-unlock" in refused.stderr
    simulator.set_faults()
    shown = grace("force-unlock")
    assert shown.returncode == ExitCode.USAGE
    assert "The shared state of platform is locked: " in shown.stderr
    assert "is unlocked" in grace.do("force-unlock", "--yes")
    grace.do("provision", "--yes")

    assert "Nothing is deployed any more" in grace.do("destroy", "--yes")
    assert simulator.objects() == {}
    gone = ada("provision", "--yes", "--set", "sku_tier=Free")
    assert gone.returncode == 0, gone.stderr
    ada.do("destroy", "--yes")
    assert simulator.objects() == {}
