"""Each stack is built, planned again without a change, and taken down to nothing."""

import pytest

from tests.azure.charts import CHARTS, must_fit_their_charts, values_of
from tests.azure.project import MODULES, AzureProject

pytestmark = pytest.mark.slow

DEFAULT = tuple(name for name in MODULES if name != "vector_database")
IN_A_CLUSTER = ("azurerm_kubernetes_cluster", "azurerm_container_registry", "helm_release")


@pytest.mark.parametrize(
    "modules",
    [DEFAULT, *((name,) for name in MODULES)],
    ids=lambda modules: "+".join(MODULES[name] for name in modules),
)
def test_a_stack_comes_up_stays_as_it_is_and_goes(azure: AzureProject, modules: tuple[str, ...]):
    azure.choose(*modules)
    azure.must_provision()
    has_cluster = modules != ("data_version_control",)
    for type_name in IN_A_CLUSTER:
        assert (type_name in azure.types()) is has_cluster
    has_database = bool({"orchestrator", "experiment_tracker"} & set(modules))
    assert ("azurerm_mysql_flexible_server" in azure.types()) is has_database
    azure.must_find_no_changes()
    azure.must_destroy()


def test_everything_that_can_be_set_is_set(azure: AzureProject):
    azure.choose(
        *MODULES,
        gpu_node_size="Standard_NC4as_T4_v3",
        gpu_node_maximum=2,
        sku_tier="Standard",
        kubernetes_version="1.35",
        allowed_ranges="203.0.113.0/24, 198.51.100.7/32",
        certificate_email="ada@example.com",
        tags="team=research, owner=ada",
        budget=500,
        budget_email="ada@example.com",
        node_minimum=2,
        node_maximum=5,
        database_storage_gb=64,
    )
    azure.must_provision()
    (cluster,) = azure.simulator.of_type("azurerm_kubernetes_cluster")
    assert (cluster["sku_tier"], cluster["kubernetes_version"]) == ("Standard", "1.35")
    (pool,) = cluster["default_node_pool"]
    assert (pool["min_count"], pool["max_count"]) == (2, 5)
    (gpu,) = azure.simulator.of_type("azurerm_kubernetes_cluster_node_pool")
    assert (gpu["vm_size"], gpu["max_count"]) == ("Standard_NC4as_T4_v3", 2)
    (group,) = azure.simulator.of_type("azurerm_resource_group")
    assert group["tags"]["team"] == "research"
    releases = azure.simulator.of_type("helm_release")
    assert {one["name"] for one in releases} == set(CHARTS)
    must_fit_their_charts(releases)
    assert len(azure.simulator.of_type("azurerm_consumption_budget_resource_group")) == 1
    azure.must_find_no_changes()
    azure.must_destroy()


def test_chromas_disk_grows_and_never_shrinks(azure: AzureProject):
    azure.choose("vector_database")
    azure.must_provision()

    def disk() -> str:
        (claim,) = azure.simulator.of_type("kubernetes_persistent_volume_claim_v1")
        size: str = claim["spec"][0]["resources"][0]["requests"]["storage"]
        return size

    assert disk() == "32Gi"
    azure.must_provision("--set", "vector_database.storage_gb=64")
    assert disk() == "64Gi"
    (chroma,) = (one for one in azure.simulator.of_type("helm_release") if one["name"] == "chroma")
    assert values_of(chroma)["chromadb"]["data"]["volumeSize"] == "1Gi"
    refused = azure.provision("--set", "vector_database.storage_gb=48")
    assert refused.returncode == 3
    assert "storage_gb is 64 in what is deployed, and cannot be lowered to 48" in refused.stderr
    config = azure.matcha.folder / "matcha.toml"
    config.write_text(config.read_text().replace("storage_gb = 64", "storage_gb = 48"))
    assert azure.provision().returncode == 3
    config.write_text(config.read_text().replace("storage_gb = 48", "storage_gb = 64"))
    assert disk() == "64Gi"
