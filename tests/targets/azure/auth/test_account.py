"""Who is signed in: each way, each refusal, and what Terraform is told."""

import json
import logging
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import given, settings
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.auth.account import Account, Kind, read_claims, sign_in
from matcha_tui.targets.azure.auth.environment import (
    SignInMethod,
    find_service_principal,
    terraform_environment,
)
from matcha_tui.targets.azure.cloud.endpoints import Cloud
from matcha_tui.targets.azure.cloud.failures import explain_sign_in
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION
from tests.azure_cloud.az import Az
from tests.azure_cloud.tokens import (
    CLIENT,
    CLIENT_OBJECT,
    OTHER_TENANT,
    SECRET,
    TENANT,
    USER_OBJECT,
    encode,
)

_LOG_IN = "Run `az login`, then try again."


def refusal(cloud: Cloud, environment: dict[str, str]) -> MatchaError:
    with pytest.raises(MatchaError) as error:
        sign_in(cloud, environment=environment)
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value


@pytest.mark.parametrize("prefix", ["ARM", "AZURE"])
def test_a_service_principal_signs_in_by_either_names(cloud: Cloud, prefix: str):
    account = sign_in(
        cloud,
        environment={
            f"{prefix}_CLIENT_ID": CLIENT,
            f"{prefix}_CLIENT_SECRET": SECRET,
            f"{prefix}_TENANT_ID": TENANT,
        },
    )
    assert account.source == f"service principal of {prefix}_CLIENT_ID"
    assert (account.name, account.object_id) == ("builder", CLIENT_OBJECT)
    assert (account.tenant_id, account.kind) == (TENANT, Kind.SERVICE_PRINCIPAL)
    assert SECRET not in repr(account)


def test_terraforms_names_come_first():
    environment = {
        f"{prefix}_{name}": prefix
        for prefix in ("AZURE", "ARM")
        for name in ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID")
    }
    found = find_service_principal(environment)
    assert found is not None
    assert found.source is SignInMethod.TERRAFORM_VARIABLES
    del environment["ARM_CLIENT_SECRET"]
    found = find_service_principal(environment)
    assert found is not None
    assert found.source is SignInMethod.AZURE_VARIABLES


def test_the_azure_cli_is_asked_once(cloud: Cloud, az: Az):
    az.tell(signed_in=True)
    account = sign_in(cloud, environment={})
    assert account.source is SignInMethod.AZURE_CLI
    assert (account.name, account.object_id) == ("ada@example.com", USER_OBJECT)
    assert account.kind is Kind.USER
    for _ in range(3):
        account.credential.get_token_info(cloud.scope)
    assert az.calls() == [
        f"account get-access-token --output json --resource {cloud.audience}",
    ]


def test_a_token_about_to_expire_is_renewed(cloud: Cloud, az: Az):
    az.tell(signed_in=True, lifetime=200)
    account = sign_in(cloud, environment={})
    account.credential.get_token_info(cloud.scope)
    assert len(az.calls()) == 2


def test_a_claims_challenge_is_not_answered_with_the_kept_token(cloud: Cloud, az: Az):
    az.tell(signed_in=True)
    account = sign_in(cloud, environment={})
    with pytest.raises(Exception, match="claims-challenge") as error:
        account.credential.get_token_info(cloud.scope, options={"claims": '{"access_token": {}}'})
    hint = explain_sign_in(str(error.value)).hint or ""
    assert hint.startswith("Run: az login --claims-challenge ")


def test_a_tenant_is_passed_on(cloud: Cloud, az: Az):
    az.tell(signed_in=True, tenant=OTHER_TENANT)
    assert sign_in(cloud, tenant_id=OTHER_TENANT, environment={}).tenant_id == OTHER_TENANT
    assert az.calls()[0].endswith(f"--tenant {OTHER_TENANT}")


def test_a_tenant_that_is_no_tenant_is_refused(cloud: Cloud, az: Az):
    with pytest.raises(MatchaError, match="the sign-in to Azure is not possible"):
        sign_in(cloud, tenant_id="my tenant!", environment={})


def test_without_an_azure_cli_it_says_how_to_get_one(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    error = refusal(cloud, {})
    assert error.message.startswith("nobody is signed in to Azure: the Azure CLI (az) is not")
    assert "ARM_CLIENT_SECRET" in (error.hint or "")


@pytest.mark.parametrize(
    ("told", "message", "hint"),
    [
        ({}, "nobody is signed in to the Azure CLI", _LOG_IN),
        (
            {"error": "ERROR: AADSTS700082: The refresh token has expired. Trace ID: 1"},
            "your sign-in to Azure has expired (AADSTS700082)",
            _LOG_IN,
        ),
        (
            {"error": "AADSTS50076: Due to a configuration change, you must use MFA."},
            "Azure asks for multi-factor authentication, which your sign-in lacks (AADSTS50076)",
            "Run `az login --tenant TENANT --scope https://management.core.windows.net//.default`,"
            " then try again.",
        ),
        (
            {"error": "AADSTS50020: User account from identity provider does not exist"},
            "your account does not belong to this tenant, or there is no such tenant (AADSTS50020)",
            "Run `az login --tenant TENANT` with the tenant of your subscription, then try again.",
        ),
        (
            {"error": "AADSTS999999: Something\nnew. Trace ID: 1\nTimestamp: now"},
            "the sign-in to Azure failed: AADSTS999999: Something new.",
            "Run: az login --tenant TENANT",
        ),
        (
            {"error": "Traceback\n  boom"},
            "the sign-in to Azure failed: Traceback boom",
            "Run: az login --tenant TENANT",
        ),
    ],
)
def test_what_the_azure_cli_refuses_is_one_sentence(
    cloud: Cloud, az: Az, told: dict[str, object], message: str, hint: str
):
    az.tell(**told)
    error = refusal(cloud, {})
    assert (error.message, error.hint) == (message, hint)


def test_an_azure_cli_that_hangs_is_one_sentence(cloud: Cloud, az: Az):
    az.tell(seconds=30)
    hasty = replace(cloud, timeouts=replace(cloud.timeouts, command=1))
    assert refusal(hasty, {}).message == "the Azure CLI (az) did not answer"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ARM_CLIENT_SECRET": "wrong"},
            "the client secret of the service principal is wrong (AADSTS7000215)",
        ),
        (
            {"ARM_CLIENT_ID": OTHER_TENANT},
            "the service principal does not exist in this tenant (AADSTS700016)",
        ),
        ({"ARM_TENANT_ID": "no tenant"}, "the sign-in to Azure is not possible: "),
    ],
)
def test_a_refused_service_principal_is_not_replaced_by_somebody_else(
    azure: AzureCloud, cloud: Cloud, az: Az, changes: dict[str, str], message: str
):
    az.tell(signed_in=True)
    error = refusal(cloud, azure.principal | changes)
    assert error.message.startswith(message)
    assert not az.calls()


def test_a_sign_in_that_hangs_ends(azure: AzureCloud, cloud: Cloud):
    azure.faults.hang("POST .*/token")
    started = time.monotonic()
    error = refusal(cloud, azure.principal)
    assert "no answer in time" in error.message
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>A proxy's page</html>"), (200, b'{"access_token": 1'), (200, b"{}")],
)
def test_a_sign_in_that_is_answered_with_nonsense_is_one_sentence(
    azure: AzureCloud, cloud: Cloud, status: int, body: bytes
):
    azure.faults.add("POST .*/token", status, body=body)
    assert refusal(cloud, azure.principal).message


def test_a_token_that_cannot_be_read_is_one_sentence(azure: AzureCloud, cloud: Cloud):
    token = {"token_type": "Bearer", "expires_in": 3600, "access_token": "opaque"}
    azure.faults.add("POST .*/token", 200, body=json.dumps(token).encode())
    assert refusal(cloud, azure.principal).message.startswith("the sign-in to Azure: its token")


@given(st.text())
def test_any_token_is_read_or_refused(token: str):
    with pytest.raises(MatchaError):
        read_claims(token)


@settings(max_examples=30)
@given(st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_claims_are_read_or_refused(claims: object):
    with pytest.raises(MatchaError):
        read_claims(f"head.{encode(claims)}.tail")


def test_nothing_is_written_over_the_screen(azure: AzureCloud, cloud: Cloud):
    code = (
        "from matcha_tui.errors import MatchaError\n"
        "from matcha_tui.targets.azure.auth.account import sign_in\n"
        "from matcha_tui.targets.azure.cloud.endpoints import find_cloud\n"
        "try: sign_in(find_cloud())\n"
        "except MatchaError as error: print(error.message)\n"
    )
    environment = azure.environment | azure.principal | {"ARM_CLIENT_SECRET": "wrong"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "the client secret of the service principal is wrong (AADSTS7000215)\n"
    assert done.stderr == ""


def test_terraform_acts_as_the_service_principal(azure: AzureCloud, account: Account):
    environment = terraform_environment(azure.principal, SUBSCRIPTION, account.tenant_id)
    told = {name: value for name, value in environment.items() if value not in ("", "false")}
    assert told == {
        "ARM_CLIENT_ID": CLIENT,
        "ARM_CLIENT_SECRET": SECRET,
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_TENANT_ID": TENANT,
    }
    assert environment["ARM_USE_CLI"] == environment["ARM_USE_MSI"] == "false"
    assert environment["ARM_ACCESS_KEY"] == ""


def test_terraform_acts_as_the_azure_cli_does(cloud: Cloud, az: Az):
    az.tell(signed_in=True)
    assert sign_in(cloud, environment={}).source is SignInMethod.AZURE_CLI
    environment = terraform_environment({}, SUBSCRIPTION, OTHER_TENANT)
    told = {name: value for name, value in environment.items() if value not in ("", "false")}
    assert told == {
        "ARM_USE_CLI": "true",
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_TENANT_ID": OTHER_TENANT,
    }
    assert environment["ARM_CLIENT_SECRET"] == ""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A service principal's certificate and key, as PEM."""
    path = tmp_path / "client.pem"
    issued = trustme.CA().issue_cert("client", key_type=trustme.KeyType.RSA)
    path.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    return path


def with_certificate(azure: AzureCloud, path: Path) -> dict[str, str]:
    changes = {"ARM_CLIENT_SECRET": "", "ARM_CLIENT_CERTIFICATE_PATH": str(path)}
    return azure.principal | changes


def test_a_certificate_signs_in(azure: AzureCloud, cloud: Cloud, certificate: Path):
    archive = certificate.with_suffix(".pfx")
    key = load_pem_private_key(certificate.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    public = load_pem_x509_certificate(certificate.read_bytes())
    lock = BestAvailableEncryption(b"word")
    archive.write_bytes(serialize_key_and_certificates(b"client", key, public, None, lock))
    environment = with_certificate(azure, archive) | {"ARM_CLIENT_CERTIFICATE_PASSWORD": "word"}
    account = sign_in(cloud, environment=environment)
    assert account.object_id == CLIENT_OBJECT
    told = terraform_environment(environment, SUBSCRIPTION, account.tenant_id)
    assert told["ARM_CLIENT_CERTIFICATE_PATH"] == str(archive)
    assert told["ARM_CLIENT_CERTIFICATE_PASSWORD"] == "word"
    environment["ARM_CLIENT_CERTIFICATE_PASSWORD"] = "other"
    assert "is not possible" in refusal(cloud, environment).message


def test_a_certificate_that_terraform_cannot_read_is_refused_with_the_way_to_convert_it(
    azure: AzureCloud, cloud: Cloud, certificate: Path
):
    environment = with_certificate(azure, certificate)
    account = sign_in(cloud, environment=environment)
    with pytest.raises(MatchaError, match=r"it is PEM, and PKCS#12 is needed") as error:
        terraform_environment(environment, SUBSCRIPTION, account.tenant_id)
    assert (error.value.hint or "").startswith("Convert it: openssl pkcs12 -export")


def test_a_certificate_that_is_not_there_is_one_sentence(
    azure: AzureCloud, cloud: Cloud, tmp_path: Path
):
    error = refusal(cloud, with_certificate(azure, tmp_path / "no.pem"))
    assert error.message.startswith(f"cannot read {tmp_path / 'no.pem'}")


def test_the_libraries_log_somewhere(cloud: Cloud):
    assert logging.getLogger("azure").handlers
