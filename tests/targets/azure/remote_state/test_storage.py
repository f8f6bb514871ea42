"""The shared state's storage: made step by step, however often, and never lost by accident."""

import base64
import json
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.system.plain_text import clean_line
from matcha_tui.targets.azure.auth.account import Account, Kind
from matcha_tui.targets.azure.cloud.failures import AzureRequestError
from matcha_tui.targets.azure.remote_state import storage as state_storage
from matcha_tui.targets.azure.remote_state.blobs import StateBlobs, read_owner
from matcha_tui.targets.azure.remote_state.location import StateStorage
from matcha_tui.targets.base import StateLock
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.blobs import Blob
from tests.azure_cloud.tokens import CLIENT_OBJECT, TENANT

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/tea-state"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/teastate1"
BLOBS = f"{ACCOUNT}/blobServices/default"
CONTAINER = f"{BLOBS}/containers/state"
ROLE = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
)
RIGHT = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/" + str(
    uuid.uuid5(uuid.NAMESPACE_URL, f"{ACCOUNT}|{CLIENT_OBJECT}|{ROLE.rsplit('/', 1)[1]}".lower())
)
STEPS = (GROUP, ACCOUNT, BLOBS, CONTAINER, RIGHT)
LOCK = {
    "ID": "6d5f0a6c-0000-4000-8000-000000000000",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "ada@laptop",
    "Version": "1.11.4",
    "Created": "2026-11-24T08:09:10.123456789Z",
    "Path": "state/foundation.tfstate",
}


@pytest.fixture
def storage(account: Account) -> StateStorage:
    return StateStorage(SUBSCRIPTION, account.tenant_id, "tea-state", "teastate1")


def create(account: Account, storage: StateStorage) -> list[str]:
    reports: list[str] = []
    state_storage.create(account, storage, "westeurope", {"team": "green"}, reports.append)
    return reports


def writes(azure: AzureCloud) -> list[str]:
    return [request.path for request in azure.requests if request.method == "PUT"]


def keep(azure: AzureCloud, layer: str, state: object, lock: dict[str, str] | None = None) -> Blob:
    blob = Blob(json.dumps(state).encode())
    if lock is not None:
        blob.lease = lock.get("ID", "unnamed")
        written = base64.b64encode(json.dumps(lock).encode()).decode()
        blob.metadata = {"terraformlockid": written, "other": "kept"}
    azure.blobs.blobs[f"teastate1/state/{layer}.tfstate"] = blob
    return blob


def test_the_backend_is_told_where_the_state_is_and_nothing_secret(storage: StateStorage):
    assert storage.backend("platform") == {
        "subscription_id": SUBSCRIPTION,
        "tenant_id": TENANT,
        "resource_group_name": "tea-state",
        "storage_account_name": "teastate1",
        "container_name": "state",
        "key": "platform.tfstate",
        "use_azuread_auth": True,
    }


def test_everything_is_made_in_order_with_exact_names(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    assert not state_storage.exists(account, storage)
    reports = create(account, storage)
    assert state_storage.exists(account, storage)
    assert writes(azure) == list(STEPS)
    assert reports[0] == "making the resource group tea-state"
    bodies = {request.path: request.json for request in azure.requests if request.method == "PUT"}
    tags = {"team": "green", "created-by": "matcha-tui", "purpose": "terraform-state"}
    assert bodies[GROUP] == {"location": "westeurope", "tags": tags}
    assert bodies[ACCOUNT] == {
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "tags": tags,
        "properties": {
            "accessTier": "Hot",
            "allowBlobPublicAccess": False,
            "allowSharedKeyAccess": False,
            "defaultToOAuthAuthentication": True,
            "minimumTlsVersion": "TLS1_2",
            "supportsHttpsTrafficOnly": True,
        },
    }
    assert bodies[BLOBS] == {
        "properties": {
            "isVersioningEnabled": True,
            "deleteRetentionPolicy": {"enabled": True, "days": 30},
            "containerDeleteRetentionPolicy": {"enabled": True, "days": 30},
        }
    }
    assert bodies[CONTAINER] == {"properties": {"publicAccess": "None"}}
    assert bodies[RIGHT] == {
        "properties": {
            "roleDefinitionId": ROLE,
            "principalId": CLIENT_OBJECT,
            "principalType": "ServicePrincipal",
        }
    }


def test_making_it_again_changes_nothing(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    create(account, storage)
    before = json.dumps(azure.resources.objects, sort_keys=True)
    azure.requests.clear()
    create(account, storage)
    assert writes(azure) == [BLOBS]
    assert json.dumps(azure.resources.objects, sort_keys=True) == before


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_set_up_goes_on_where_it_was(
    azure: AzureCloud, account: Account, storage: StateStorage, step: str
):
    azure.faults.add(f"PUT {step}$", 400, "Interrupted", times=1)
    with pytest.raises(AzureRequestError) as error:
        create(account, storage)
    assert error.value.code == "Interrupted"
    azure.requests.clear()
    create(account, storage)
    assert state_storage.exists(account, storage)
    assert set(azure.resources.objects) == {path.lower() for path in STEPS}
    done = STEPS[: STEPS.index(step)]
    assert not set(writes(azure)) & (set(done) - {BLOBS})


def test_an_account_that_takes_long_is_waited_for_by_the_next_run(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.resources.creation_polls = 10**6
    with pytest.raises(MatchaError, match="account teastate1 was not ready within 1 seconds"):
        create(account, storage)
    azure.resources.objects[ACCOUNT.lower()]["properties"]["polls"] = 3
    azure.requests.clear()
    assert create(account, storage)[0] == "waiting for the storage account teastate1"
    assert ACCOUNT not in writes(azure)


def test_a_group_that_is_there_stays_where_it_is(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.resources.objects[GROUP.lower()] = {"location": "eastus", "properties": {}}
    create(account, storage)
    assert GROUP not in writes(azure)


def test_what_somebody_opened_on_the_account_is_closed_again(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    create(account, storage)
    opened = azure.resources.objects[ACCOUNT.lower()]
    opened["properties"]["allowBlobPublicAccess"] = True
    opened["tags"]["cost"] = "12"
    create(account, storage)
    closed = azure.resources.objects[ACCOUNT.lower()]
    assert closed["properties"]["allowBlobPublicAccess"] is False
    assert closed["tags"]["cost"] == "12"


def test_a_name_that_somebody_else_has_is_one_sentence(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.resources.taken_names.add("teastate1")
    with pytest.raises(MatchaError) as error:
        create(account, storage)
    assert error.value.message == (
        "a name that must be unique in the world is taken by somebody else"
        " (StorageAccountAlreadyTaken)"
    )
    assert "another prefix" in (error.value.hint or "")


def test_who_has_the_right_already_needs_not_give_it(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.blobs.is_open = True
    create(account, storage)
    assert RIGHT not in writes(azure)


def test_a_right_given_under_another_name_is_good_enough(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.faults.add(f"PUT {RIGHT}", 409, "RoleAssignmentExists")
    azure.blobs.denials = 0
    with pytest.raises(MatchaError, match="did not take effect"):
        create(account, storage)
    azure.blobs.is_open = True
    create(account, storage)


def test_a_user_is_given_the_right_as_a_user(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    create(replace(account, kind=Kind.USER), storage)
    right = azure.resources.objects[RIGHT.lower()]
    assert right["properties"]["principalType"] == "User"


def test_who_may_not_give_rights_is_told_whom_to_ask(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    text = "... action 'Microsoft.Authorization/roleAssignments/write' over scope ..."
    azure.faults.add("roleAssignments", 403, "AuthorizationFailed", text)
    with pytest.raises(MatchaError, match="you may not give rights to others") as error:
        create(account, storage)
    assert "User Access Administrator" in (error.value.hint or "")


def test_a_right_is_waited_for_and_the_wait_is_told(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.blobs.denials = 3
    reports = create(account, storage)
    assert reports.count("waiting for the right to take effect (0 s)") == 3


def test_a_right_that_never_takes_effect_is_one_sentence(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.blobs.denials = 10**6
    with pytest.raises(MatchaError) as error:
        create(account, storage)
    assert error.value.message == "the right to the state did not take effect within 0.5 seconds"
    assert "run the same command again" in (error.value.hint or "")


def test_a_state_is_read(azure: AzureCloud, account: Account, storage: StateStorage):
    azure.blobs.is_open = True
    keep(azure, "foundation", {"version": 4, "resources": []})
    with StateBlobs(account, storage.account, storage.container) as blobs:
        assert blobs.read_state("foundation") == {"version": 4, "resources": []}
        assert blobs.read_state("platform") is None
        assert blobs.find_lock("platform") is None
        azure.faults.add("GET /state/foundation", 200, body=b"{")
        with pytest.raises(MatchaError, match="its answer is no JSON"):
            blobs.read_state("foundation")


def test_who_may_not_read_the_state_is_told_what_to_ask_for(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    with StateBlobs(account, storage.account, storage.container) as blobs:
        for ask in (blobs.read_state, blobs.find_lock):
            with pytest.raises(MatchaError, match="you may not read or write") as error:
                ask("foundation")
            assert "Storage Blob Data Contributor" in (error.value.hint or "")


def test_a_state_that_never_comes_is_one_sentence(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.faults.hang(" /state/")
    with StateBlobs(account, storage.account, storage.container) as blobs:
        for ask in (blobs.read_state, blobs.find_lock):
            with pytest.raises(MatchaError, match="no answer in time"):
                ask("foundation")


def test_the_owner_of_a_lock_is_named(azure: AzureCloud, account: Account, storage: StateStorage):
    azure.blobs.is_open = True
    keep(azure, "foundation", {}, LOCK)
    with StateBlobs(account, storage.account, storage.container) as blobs:
        owner = blobs.find_lock("foundation")
        assert owner is not None
        assert owner.sentence == "ada@laptop has it for apply since 2026-11-24 08:09 UTC"
        assert (owner.lock_id, owner.version) == (LOCK["ID"], "1.11.4")


def test_a_lock_is_taken_away_by_its_id_alone(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.blobs.is_open = True
    blob = keep(azure, "foundation", {}, LOCK)
    with StateBlobs(account, storage.account, storage.container) as blobs:
        with pytest.raises(MatchaError, match="not by another"):
            blobs.force_unlock("foundation", "another")
        assert blob.lease
        blobs.force_unlock("foundation", LOCK["ID"])
        assert (blob.lease, blob.metadata) == ("", {"other": "kept"})
        with pytest.raises(MatchaError, match="is not locked"):
            blobs.force_unlock("foundation", LOCK["ID"])


def test_a_lock_that_changes_hands_meanwhile_is_left_alone(
    azure: AzureCloud, account: Account, storage: StateStorage
):
    azure.blobs.is_open = True
    blob = keep(azure, "foundation", {}, LOCK)
    blob.lease = "somebody else's by now"
    with (
        StateBlobs(account, storage.account, storage.container) as blobs,
        pytest.raises(MatchaError, match="has changed hands meanwhile"),
    ):
        blobs.force_unlock("foundation", LOCK["ID"])
    assert blob.lease == "somebody else's by now"


@given(st.text())
def test_any_owner_is_read(metadata: str):
    assert isinstance(read_owner(metadata), StateLock)


@given(
    st.dictionaries(
        st.sampled_from(["ID", "Who", "Operation", "Created", "Version"]),
        st.none() | st.integers() | st.text() | st.just("0001-01-01T00:00:00Z"),
    )
)
def test_any_owner_has_a_sentence(words: dict[str, object]):
    owner = read_owner(base64.b64encode(json.dumps(words).encode()).decode())
    assert owner.sentence == clean_line(owner.sentence)
