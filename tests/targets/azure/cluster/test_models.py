"""Models on a cluster whose API and gateway are a stand-in, spoken to over TLS."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.azure.target import AZURE
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.inference import curl_call, python_call
from matcha_tui.targets.parts import Models
from tests.azure.seldon_api import NAMESPACE, SeldonApi, serving_seldon
from tests.clients.azure_stack import RESOURCES
from tests.simulator.certificate import write_certificate

SOURCE = "models:/iris/1"


@pytest.fixture
def seldon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SeldonApi]:
    certificate = tmp_path / "certificate.pem"
    write_certificate(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving_seldon(certificate) as server:
        yield server


class Deployed:
    """A project whose stack is on the stand-in."""

    def __init__(self, folder: Path, seldon: SeldonApi) -> None:
        assert AZURE.models is not None
        self.models: Models = AZURE.models
        workspace = Workspace(folder)
        platform = workspace.layer("platform")
        platform.mkdir(parents=True)
        given = {"secrets": {"sensitive": True, "value": seldon.access}}
        (platform / "foundation.auto.tfvars.json").write_text(json.dumps(given))
        self.spec = StackSpec(workspace, (), Config(target="azure"))
        deployer = {**RESOURCES["model-deployer"], "base-url": seldon.host}
        self.given = {**RESOURCES, "model-deployer": deployer}


@pytest.fixture
def deployed(tmp_path: Path, seldon: SeldonApi) -> Deployed:
    return Deployed(tmp_path, seldon)


def test_a_model_is_deployed_listed_and_removed(deployed: Deployed, seldon: SeldonApi):
    served = deployed.models.deploy(deployed.spec, deployed.given, SOURCE, "iris")
    assert served.url == f"https://{seldon.host}/seldon/{NAMESPACE}/iris/v2/models/iris/infer"
    assert (served.state, served.source) == ("READY", SOURCE)
    assert [item.name for item in served.inputs] == ["petal length (cm)"]
    assert deployed.models.list(deployed.spec, deployed.given) == (served,)
    for call in (curl_call(served), python_call(served)):
        assert "petal length (cm)" in call
        assert "gateway password" not in call
    (predictor,) = seldon.deployments["iris"]["spec"]["predictors"]
    assert predictor["name"] == "default"  # which the router sends requests to
    with pytest.raises(MatchaError, match="irs") as refused:
        deployed.models.remove(deployed.spec, deployed.given, "irs")
    assert "iris" in (refused.value.hint or "")
    deployed.models.remove(deployed.spec, deployed.given, "iris")
    assert deployed.models.list(deployed.spec, deployed.given) == ()


def test_a_model_that_fails_is_told_with_seldons_reason_and_removed(
    deployed: Deployed, seldon: SeldonApi
):
    with pytest.raises(MatchaError, match="the model is no model") as refused:
        deployed.models.deploy(deployed.spec, deployed.given, "models:/broken/1", "iris")
    assert refused.value.hint == "It is removed again."
    assert seldon.deployments == {}


def test_a_new_version_that_fails_leaves_the_one_before(deployed: Deployed, seldon: SeldonApi):
    deployed.models.deploy(deployed.spec, deployed.given, SOURCE, "iris")
    deployed.models.deploy(deployed.spec, deployed.given, "models:/iris/2", "iris")
    with pytest.raises(MatchaError, match="the model is no model"):
        deployed.models.deploy(deployed.spec, deployed.given, "models:/broken/1", "iris")
    (served,) = deployed.models.list(deployed.spec, deployed.given)
    assert (served.source, served.state) == ("models:/iris/2", "READY")


def test_a_folder_cannot_be_reached_from_a_cluster(deployed: Deployed, tmp_path: Path):
    with pytest.raises(MatchaError, match="the cluster cannot reach"):
        deployed.models.deploy(deployed.spec, deployed.given, str(tmp_path), "iris")


def test_one_that_is_not_there_yet_is_listed(deployed: Deployed, seldon: SeldonApi):
    seldon.deployments["iris"] = {"metadata": {"name": "iris"}}
    (served,) = deployed.models.list(deployed.spec, deployed.given)
    assert served.state == "CREATING"
