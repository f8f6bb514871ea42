"""How components on Azure are asked: whatever one of them answers, the others are told of."""

import json
from pathlib import Path

import pytest

from matcha_tui.health_state import HealthState
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.targets.azure.health import find_health
from matcha_tui.targets.base import StackSpec
from tests.rude_server import Talk, redirect, says, serving

CATALOG = load_catalog()
BEATING = says(b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"heartbeat":1}')


def deployed(folder: Path, url: str) -> StackSpec:
    """Chroma at an address, and DVC, which has no server."""
    workspace = Workspace(folder)
    prepare_workspace(workspace)
    given = {
        "vector-database": {"url": url, "username": "matcha", "password": "s3cret"},
        "data-version-control": {"remote-url": "azure://dvc"},
    }
    workspace.state_file.write_text(json.dumps(given))
    flavors = [
        CATALOG.find("azure", "vector_database", "chroma"),
        CATALOG.find("azure", "data_version_control", "dvc"),
    ]
    return StackSpec(workspace, flavors, Config("azure"))


@pytest.mark.parametrize(
    ("talk", "state", "detail"),
    [
        (BEATING, HealthState.HEALTHY, ""),
        (says(b"garbage\r\n"), HealthState.UNHEALTHY, "not valid HTTP"),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nheartbeat"),
            HealthState.UNHEALTHY,
            "breaks off",
        ),
        (says(b"HTTP/1.1 401 No\r\n\r\n"), HealthState.UNHEALTHY, "HTTP status 401"),
    ],
    ids=["well", "garbage", "broken off", "wrong password"],
)
def test_whatever_one_answers_all_are_told_of(
    tmp_path: Path, talk: Talk, state: HealthState, detail: str
):
    with serving(talk) as server:
        chroma, dvc = find_health(deployed(tmp_path, server.url.removesuffix("/health")))
    assert chroma.state is state
    assert detail in chroma.detail
    assert dvc.state is HealthState.HEALTHY


def test_the_gateways_password_goes_to_the_gateway_alone(tmp_path: Path):
    with serving(BEATING) as other, serving(redirect(other.url)) as gateway:
        (chroma, _) = find_health(deployed(tmp_path, gateway.url.removesuffix("/health")))
        assert b"Authorization: Basic " in gateway.requests[0]
        assert other.requests == []
    assert chroma.state is HealthState.UNHEALTHY
    assert "redirects to another server" in chroma.detail
