"""The state in blobs: real Terraform, real leases (Azurite), and our sign-in's tokens."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import LayerRecord, LayerState, Record
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.auth.environment import terraform_environment
from matcha_tui.targets.azure.cloud.connection import Connection
from matcha_tui.targets.azure.cloud.endpoints import STORAGE_SCOPE
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs
from matcha_tui.targets.azure.remote_state.location import StateStorage
from matcha_tui.targets.azure.remote_state.steps import read_shared, share_layer
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.azurite import azurite
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

STORAGE = "colleagues1"
OTHER_LOCK = "00000000-0000-0000-0000-000000000000"
WAIT_SECONDS = 60


@pytest.fixture
def storage(azure: AzureCloud, account: Account, tmp_path: Path) -> Iterator[StateStorage]:
    """A container in Azurite, reached by the name that it would have in Azure."""
    folder = tmp_path / "azurite"
    folder.mkdir()
    place = StateStorage(SUBSCRIPTION, account.tenant_id, "team-state", STORAGE)
    with azurite(folder, azure.certificates, STORAGE) as port:
        azure.tunnel.port = port
        cloud = account.cloud
        server = cloud.blob_server(STORAGE)
        with Connection(server, cloud.options, account.credential, STORAGE_SCOPE) as connection:
            headers = {"x-ms-version": "2021-12-02"}
            connection.send("PUT", "/state", query={"restype": "container"}, headers=headers)
        yield place


@pytest.fixture
def blobs(storage: StateStorage, account: Account) -> Iterator[StateBlobs]:
    with StateBlobs(account, storage.account, storage.container) as opened:
        yield opened


class Colleague:
    """Somebody with a folder of their own, whose state is the team's."""

    def __init__(self, folder: Path, storage: StateStorage, azure: AzureCloud) -> None:
        folder.mkdir()
        self.folder = folder
        extra = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self.environment = (
            os.environ | terraform_environment(azure.principal, SUBSCRIPTION, "") | extra
        )
        self.write(storage, {})

    def write(self, storage: StateStorage, resources: dict[str, object]) -> None:
        root = {
            "terraform": {"backend": {"azurerm": dict(storage.backend("foundation"))}},
            "resource": {"terraform_data": resources or {"thing": {"input": "there"}}},
        }
        (self.folder / "main.tf.json").write_text(json.dumps(root))

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("terraform", *arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )

    def do(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def busy(self) -> Iterator["subprocess.Popen[bytes]"]:
        """An apply that does not end by itself, with all that it starts."""
        process = subprocess.Popen(
            ("terraform", "apply", "-auto-approve", "-input=false"),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def ada(tmp_path: Path, storage: StateStorage, azure: AzureCloud) -> Colleague:
    return Colleague(tmp_path / "ada", storage, azure)


@pytest.fixture
def grace(tmp_path: Path, storage: StateStorage, azure: AzureCloud) -> Colleague:
    return Colleague(tmp_path / "grace", storage, azure)


def test_two_colleagues_see_one_state(ada: Colleague, grace: Colleague, blobs: StateBlobs):
    assert blobs.read_state("foundation") is None
    assert blobs.find_lock("foundation") is None
    ada.do("init", "-input=false")
    ada.do("apply", "-auto-approve", "-input=false")
    state = blobs.read_state("foundation")
    assert state is not None
    assert [resource["name"] for resource in state["resources"]] == ["thing"]
    assert blobs.read_state("platform") is None
    grace.do("init", "-input=false")
    assert grace.do("state", "list").split() == ["terraform_data.thing"]
    assert "No changes" in grace.do("plan", "-input=false", "-no-color")
    assert not list(ada.folder.glob("*.tfstate"))


def test_a_lock_keeps_others_out_until_it_is_taken_away(
    ada: Colleague, grace: Colleague, storage: StateStorage, blobs: StateBlobs
):
    wait = {"local-exec": {"command": "while true; do sleep 0.2; done"}}
    ada.write(storage, {"thing": {"input": "there"}, "slow": {"provisioner": wait}})
    for colleague in (ada, grace):
        colleague.do("init", "-input=false")
    with ada.busy():
        owner = _wait_for_owner(blobs)
        refused = grace("apply", "-auto-approve", "-input=false", "-no-color")
        assert refused.returncode == 1
        assert "state blob is already locked" in refused.stderr
        assert owner.lock_id in refused.stderr
        assert owner.who in refused.stderr
        assert owner.who in owner.sentence
        assert "for apply since 20" in owner.sentence

    assert blobs.find_lock("foundation") == owner  # it was killed, and its lock stays
    with pytest.raises(MatchaError, match="not by 00000000"):
        blobs.force_unlock("foundation", OTHER_LOCK)
    assert grace("force-unlock", "-force", OTHER_LOCK).returncode == 1
    assert blobs.find_lock("foundation") == owner

    blobs.force_unlock("foundation", owner.lock_id)
    assert blobs.find_lock("foundation") is None
    with pytest.raises(MatchaError, match="is not locked"):
        blobs.force_unlock("foundation", owner.lock_id)
    grace.do("apply", "-auto-approve", "-input=false")
    assert blobs.find_lock("foundation") is None


def test_a_lock_without_an_owner_can_be_taken_away(
    ada: Colleague, blobs: StateBlobs, storage: StateStorage, account: Account
):
    ada.do("init", "-input=false")
    ada.do("apply", "-auto-approve", "-input=false")
    cloud = account.cloud
    server = cloud.blob_server(STORAGE)
    with Connection(server, cloud.options, account.credential, STORAGE_SCOPE) as connection:
        lease = {
            "x-ms-version": "2021-12-02",
            "x-ms-lease-action": "acquire",
            "x-ms-lease-duration": "-1",
        }
        path = "/state/foundation.tfstate"
        connection.send("PUT", path, query={"comp": "lease"}, headers=lease)
    owner = blobs.find_lock("foundation")
    assert owner is not None
    assert owner.lock_id == ""
    with pytest.raises(MatchaError, match="a lock without a name"):
        blobs.force_unlock("foundation", OTHER_LOCK)
    blobs.force_unlock("foundation", "")
    assert blobs.find_lock("foundation") is None
    ada.do("apply", "-auto-approve", "-input=false")


def test_of_two_who_write_the_record_neither_overwrites_the_layer_of_the_other(
    blobs: StateBlobs,
):
    whole, applying = LayerRecord(LayerState.WHOLE, "mark"), LayerRecord(LayerState.APPLYING)
    begun = Record("azure", {}, layers={"foundation": whole, "platform": whole})
    assert share_layer(blobs, begun, "foundation") == begun
    at_work = begun.with_layer("platform", applying)
    assert share_layer(blobs, at_work, "platform") == at_work

    late = begun.with_layer("foundation", LayerRecord(LayerState.PARTIAL))
    merged = share_layer(blobs, late, "foundation")
    assert merged.layers == {**late.layers, "platform": applying}
    document, version = blobs.read_record()
    assert document is not None
    assert read_shared(document) == merged
    assert not blobs.write_record(document, "")
    assert blobs.write_record(document, version)
    assert not blobs.write_record(document, version)


def _wait_for_owner(blobs: StateBlobs):
    def named_owner():
        owner = blobs.find_lock("foundation")
        return owner if owner is not None and owner.lock_id else None

    return wait_for(named_owner)
