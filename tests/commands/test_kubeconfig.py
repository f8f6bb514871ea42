"""``matcha kubeconfig``, for what was built before."""

import json
import stat
from pathlib import Path

import pytest
import yaml

from tests.azure.project import write_config
from tests.commands.in_process import MatchaHere

OURS = yaml.safe_dump(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tea-cluster", "cluster": {"server": "https://tea"}}],
        "users": [{"name": "clusterUser", "user": {"token": "geheim"}}],
        "contexts": [
            {"name": "tea-cluster", "context": {"cluster": "tea-cluster", "user": "clusterUser"}}
        ],
        "current-context": "tea-cluster",
    }
)


@pytest.fixture
def built(matcha_here: MatchaHere) -> MatchaHere:
    """A project on Azure with a cluster, as a provision leaves it."""
    write_config(matcha_here.folder, ["deployer"])
    platform = matcha_here.folder / ".matcha/infrastructure/platform"
    platform.mkdir(parents=True)
    given = {"secrets": {"sensitive": True, "value": {"kubeconfig": OURS}}}
    (platform / "foundation.auto.tfvars.json").write_text(json.dumps(given))
    return matcha_here


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's kubeconfig, which has another cluster."""
    path = tmp_path / "kube/config"
    path.parent.mkdir()
    path.write_text(OURS.replace("tea-cluster", "work").replace("clusterUser", "worker"))
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


def test_the_cluster_is_added_and_nothing_else_is_changed(built: MatchaHere, theirs: Path):
    answer = built("kubeconfig")
    assert (answer.returncode, answer.stdout) == (0, "tea-cluster\n")
    assert f"Written to {theirs}" in answer.stderr
    assert "geheim" not in answer.stdout + answer.stderr
    content = yaml.safe_load(theirs.read_text())
    assert [entry["name"] for entry in content["contexts"]] == ["work", "tea-cluster"]
    assert content["current-context"] == "work"
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o600


def test_it_becomes_current_when_asked(built: MatchaHere, theirs: Path):
    assert built("kubeconfig", "--use").returncode == 0
    assert yaml.safe_load(theirs.read_text())["current-context"] == "tea-cluster"


def test_another_of_the_name_is_replaced_only_on_request(built: MatchaHere, theirs: Path):
    theirs.write_text(OURS.replace("https://tea", "https://elsewhere"))
    refused = built("kubeconfig")
    assert refused.returncode == 3
    assert "--overwrite" in refused.stderr
    assert "elsewhere" in theirs.read_text()
    assert built("kubeconfig", "--overwrite").returncode == 0
    assert "elsewhere" not in theirs.read_text()


def test_a_file_of_its_own_is_written_on_request(built: MatchaHere, theirs: Path, tmp_path: Path):
    before = theirs.read_bytes()
    own = tmp_path / "own"
    assert built("kubeconfig", "--file", str(own)).returncode == 0
    assert yaml.safe_load(own.read_text())["current-context"] == "tea-cluster"
    assert theirs.read_bytes() == before


def test_a_corrupt_file_is_left_alone(built: MatchaHere, theirs: Path):
    theirs.write_text("{")
    answer = built("kubeconfig")
    assert answer.returncode == 1
    assert "is no kubeconfig, so nothing is written into it" in answer.stderr
    assert theirs.read_text() == "{"


def test_without_a_cluster_there_is_nothing_to_write(matcha_here: MatchaHere, theirs: Path):
    before = theirs.read_bytes()
    for target in ("", 'target = "azure"\n'):
        (matcha_here.folder / "matcha.toml").write_text(f"version = 1\n{target}")
        answer = matcha_here("kubeconfig")
        assert answer.returncode == 3
        assert "nothing is deployed" in answer.stderr
    assert theirs.read_bytes() == before
