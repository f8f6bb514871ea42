"""A killed Helm's records go, and nobody else's: with a real Terraform's lock, and a real API."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcha_tui.stack.catalog import load_catalog
from matcha_tui.targets.azure.cluster.releases import find_releases
from matcha_tui.terraform.engine import find_engine
from tests.azure.cluster_api import ClusterApi, serving_cluster
from tests.command_line import make_environment
from tests.simulator.certificate import write_certificate

CHART = 'namespace = "matcha-chroma"\nrelease = "chroma"\n'
OURS = "helm_release/matcha-chroma/chroma"
STATE = {"version": 4, "terraform_version": "1.6.0", "serial": 1, "lineage": "tea", "resources": []}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[ClusterApi]:
    write_certificate(tmp_path / "certificate.pem")
    with serving_cluster(tmp_path / "objects.json", tmp_path / "certificate.pem") as server:
        yield server


@pytest.fixture
def platform(tmp_path: Path, cluster: ClusterApi) -> Path:
    """The platform's folder, with a state that nothing is in."""
    folder = tmp_path / "platform"
    (folder / "modules/platform/vector_database/chroma").mkdir(parents=True)
    (folder / "modules/platform/vector_database/chroma/chart.toml").write_text(CHART)
    (folder / "terraform.tfstate").write_text(json.dumps(STATE))
    deliver(folder, cluster.access)
    return folder


def deliver(platform: Path, access: dict[str, str]) -> None:
    given = {"secrets": {"sensitive": True, "value": access}}
    (platform / "foundation.auto.tfvars.json").write_text(json.dumps(given))


def have(cluster: ClusterApi, **statuses: str) -> None:
    """Put releases into the cluster: name to status, in the namespace of its name."""
    objects = {
        f"helm_release/matcha-{name}/{name}": {"type": "helm_release", "values": {"status": status}}
        for name, status in statuses.items()
    }
    cluster.objects.write_text(json.dumps(objects))


def statuses(cluster: ClusterApi) -> dict[str, str]:
    return {one["labels"]["name"]: one["labels"]["status"] for one in cluster.records().values()}


def clear(platform: Path) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "matcha_tui.targets.azure.cluster.releases", *find_engine().command],
        cwd=platform,
        env=make_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done


@pytest.mark.parametrize("status", ["pending-install", "uninstalling"])
def test_what_a_killed_install_left_goes(cluster: ClusterApi, platform: Path, status: str):
    have(cluster, chroma=status, somebody=status)
    said = json.loads(clear(platform).stdout)
    assert "the release chroma unfinished" in said["@message"]
    assert statuses(cluster) == {"somebody": status}, "what is not ours stays"


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_what_was_before_a_killed_upgrade_counts_again(
    cluster: ClusterApi, platform: Path, status: str
):
    have(cluster, chroma=status)
    clear(platform)
    assert statuses(cluster) == {"chroma": "deployed"}


@pytest.mark.parametrize("status", ["deployed", "failed", "superseded"])
def test_what_helm_can_go_on_from_is_left(cluster: ClusterApi, platform: Path, status: str):
    have(cluster, chroma=status)
    assert clear(platform).stdout == ""
    assert statuses(cluster) == {"chroma": status}
    assert len(cluster.asked) == 1


def test_nothing_goes_while_a_run_lives(cluster: ClusterApi, platform: Path):
    have(cluster, chroma="pending-install")
    with (platform / "terraform.tfstate").open("r+") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)  # as Terraform locks it
        assert clear(platform).stdout == ""
    assert statuses(cluster) == {"chroma": "pending-install"}
    clear(platform)
    assert statuses(cluster) == {}


def test_a_record_that_somebody_changes_meanwhile_stays(cluster: ClusterApi, platform: Path):
    have(cluster, chroma="pending-install")
    cluster.moves = True
    assert clear(platform).stdout == ""
    assert statuses(cluster) == {"chroma": "pending-install"}
    assert [line.split()[0] for line in cluster.asked] == ["GET", "DELETE"]


def test_a_cluster_that_cannot_be_asked_is_left_to_terraform(
    cluster: ClusterApi, platform: Path, tmp_path: Path
):
    deliver(platform, cluster.access | {"cluster_host": "https://localhost:1"})
    assert "The cluster cannot be asked" in clear(platform).stdout
    write_certificate(tmp_path / "other.pem")
    with serving_cluster(cluster.objects, tmp_path / "other.pem") as other:
        deliver(platform, cluster.access | {"cluster_host": other.access["cluster_host"]})
        assert "CERTIFICATE_VERIFY_FAILED" in clear(platform).stdout
    deliver(platform, cluster.access | {"cluster_client_key": "garbage"})
    assert "The cluster cannot be asked" in clear(platform).stdout


def test_without_a_cluster_nobody_is_asked(cluster: ClusterApi, platform: Path):
    deliver(platform, cluster.access | {"cluster_host": ""})
    assert clear(platform).stdout == ""
    (platform / "foundation.auto.tfvars.json").unlink()
    assert clear(platform).stdout == ""
    assert cluster.asked == []


def test_every_module_with_a_chart_names_its_release():
    modules = load_catalog().directory / "azure"
    releases = sum("helm_release" in file.read_text() for file in modules.rglob("*.tf"))
    assert len(find_releases(modules)) == 6
    assert releases >= 6
