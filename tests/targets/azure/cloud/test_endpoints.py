"""Which Azure is used, and which certificates are trusted."""

import json
from pathlib import Path

import pytest

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.cloud.connection import find_certificates
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from tests.azure_cloud import AzureCloud
from tests.targets.azure.conftest import IMPATIENT


def test_it_is_the_public_azure_unless_something_else_is_said():
    cloud = find_cloud({})
    assert cloud.resource_manager == "https://management.azure.com"
    assert cloud.scope == "https://management.azure.com/.default"
    assert cloud.authority == "https://login.microsoftonline.com"
    assert cloud.blob_server("leaves") == "https://leaves.blob.core.windows.net"
    assert cloud.is_known


def test_a_national_azure_goes_by_terraforms_name():
    cloud = find_cloud({"ARM_ENVIRONMENT": "usgovernment"})
    assert cloud.resource_manager == "https://management.usgovcloudapi.net"
    with pytest.raises(MatchaError, match="ARM_ENVIRONMENT is 'moon'") as error:
        find_cloud({"ARM_ENVIRONMENT": "moon"})
    assert error.value.exit_code is ExitCode.USAGE


def test_a_server_of_metadata_tells_the_endpoints(azure: AzureCloud):
    cloud = find_cloud(azure.environment, IMPATIENT)
    assert cloud.resource_manager == cloud.authority == cloud.audience == azure.url
    assert cloud.blob_server("leaves") == "https://leaves.blob.storage.test"
    assert not cloud.is_known
    assert azure.requests[0].query == {"api-version": "2022-09-01"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[]",
        b"<html>",
        json.dumps({"name": "x", "resourceManager": "y", "authentication": None}).encode(),
        json.dumps(
            {
                "name": "x",
                "resourceManager": "http://plain",
                "authentication": {"loginEndpoint": "https://l", "audiences": ["https://a"]},
                "suffixes": {"storage": "s"},
            }
        ).encode(),
    ],
)
def test_a_server_that_tells_no_endpoints_is_one_sentence(azure: AzureCloud, answer: bytes):
    azure.faults.add("metadata", 200, body=answer)
    with pytest.raises(MatchaError) as error:
        find_cloud(azure.environment, IMPATIENT)
    assert error.value.message.startswith(f"GET {azure.url}/metadata/endpoints: ")


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_sentence(taken_port: int):
    with pytest.raises(MatchaError, match=r"no answer in time|cannot be reached"):
        find_cloud({"ARM_METADATA_HOSTNAME": f"127.0.0.1:{taken_port}"}, IMPATIENT)


def test_certificates_are_found_by_either_name(tmp_path: Path):
    assert find_certificates({}) is True
    assert find_certificates({"SSL_CERT_FILE": ""}) is True
    path = tmp_path / "own.pem"
    with pytest.raises(MatchaError, match=r"SSL_CERT_FILE is .*own\.pem, and there"):
        find_certificates({"SSL_CERT_FILE": str(path)})
    path.touch()
    assert find_certificates({"SSL_CERT_FILE": str(path)}) == str(path)
    both = {"SSL_CERT_FILE": "/no/such", "REQUESTS_CA_BUNDLE": str(path)}
    assert find_certificates(both) == str(path)
