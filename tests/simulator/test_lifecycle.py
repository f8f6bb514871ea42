"""A stack from nothing to nothing, as with the real providers."""

import base64
import re
import uuid

import pytest
import yaml

from tests.simulator.conftest import Applied, Root
from tests.simulator.roots import CLUSTER, INSIDE

pytestmark = pytest.mark.slow

UUID_ENDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def test_a_second_plan_of_azure_finds_nothing_to_do(applied: Applied):
    assert applied.foundation.is_settled()


def test_a_second_plan_of_the_cluster_finds_nothing_to_do(applied: Applied):
    assert applied.platform.is_settled()


def test_addresses_look_as_azure_gives_them(applied: Applied):
    outputs = applied.foundation.outputs()
    addresses = outputs["addresses"]
    assert re.fullmatch(r"matcha[a-z0-9]{5}registry\.azurecr\.io", addresses["registry"])
    assert re.fullmatch(
        r"matcha-\w{5}-database\.mysql\.database\.azure\.com", addresses["database"]
    )
    assert re.fullmatch(r"https://matcha\w{5}\.blob\.core\.windows\.net/", addresses["blobs"])
    assert re.fullmatch(r"matcha-\w{5}\.westeurope\.cloudapp\.azure\.com", addresses["gateway"])
    assert addresses["address"].startswith("203.0.113.")
    assert outputs["cluster"]["group"] == "MC_matcha-resources_matcha-cluster_westeurope"
    assert outputs["cluster"]["issuer"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    assert outputs["account"]["subscription"] == "11111111-2222-3333-4444-555555555555"


def test_a_cluster_gives_access_that_reaches_nothing(applied: Applied):
    access = applied.foundation.outputs()["access"]
    assert re.fullmatch(
        r"https://matcha-\w{8}\.hcp\.westeurope\.azmk8s\.invalid:443", access["host"]
    )
    for name, kind in (("authority", "CERTIFICATE"), ("key", "PRIVATE KEY")):
        assert base64.b64decode(access[name]).startswith(f"-----BEGIN {kind}-----".encode())
    kubeconfig = yaml.safe_load(access["kubeconfig"])
    assert kubeconfig["clusters"][0]["cluster"]["server"] == access["host"]
    assert kubeconfig["users"][0]["user"]["client-certificate-data"] == access["certificate"]


def test_secrets_are_as_they_were_asked_for(applied: Applied):
    access = applied.foundation.outputs()["access"]
    password = access["password"]
    assert re.fullmatch(r"[A-Za-z0-9]{24}", password)
    assert sum(letter.isupper() for letter in password) >= 3
    assert re.fullmatch(r"\$2a\$10\$[A-Za-z0-9./]{53}", access["password_hash"])
    assert access["storage"].startswith("DefaultEndpointsProtocol=https;AccountName=matcha")


def test_identities_are_uuids_and_differ(applied: Applied):
    assignments = applied.simulator.of_type("azurerm_role_assignment")
    principals = {uuid.UUID(one["principal_id"]) for one in assignments}
    assert len(principals) == len(assignments) == 2
    assert all(UUID_ENDS.search(one["id"]) for one in assignments)


def test_the_cluster_answers_what_its_charts_and_services_are(applied: Applied):
    tracking = applied.platform.outputs()["tracking"]
    assert tracking["status"] == "deployed"
    assert tracking["chart"] == "mlflow"
    assert tracking["address"].startswith("203.0.113.")
    assert tracking["service"].startswith("10.0.")


def test_a_change_in_place_leaves_all_else_as_it_is(applied: Applied):
    cluster = "azurerm_kubernetes_cluster.cluster"
    assert applied.foundation.planned("-var", "sku_tier=Standard") == {cluster: ["update"]}


def test_another_region_makes_everything_new(applied: Applied):
    planned = applied.foundation.planned("-var", "location=northeurope")
    assert planned["azurerm_resource_group.all"] == ["delete", "create"]
    assert planned["azurerm_kubernetes_cluster.cluster"] == ["delete", "create"]
    assert "random_password.database" not in planned


def test_what_is_destroyed_is_gone(root: Root):
    root.write(CLUSTER)
    root.apply()
    assert len(root.simulator.objects()) == 2
    root.destroy()
    assert root.simulator.objects() == {}


def test_with_the_cluster_goes_what_is_in_it(root: Root):
    root.write(CLUSTER + INSIDE)
    root.apply()
    assert root.simulator.of_type("helm_release")[0]["metadata"]["version"] == "1.2.3"
    root.run("state", "rm", "helm_release.chart", "kubernetes_namespace_v1.inside")
    root.destroy("-target", "azurerm_kubernetes_cluster.cluster")
    assert [one["type"] for one in root.simulator.objects().values()] == ["azurerm_resource_group"]


def test_a_changed_value_of_a_chart_changes_only_the_release(root: Root):
    root.write(CLUSTER + INSIDE)
    root.apply()
    assert "0 added, 1 changed, 0 destroyed" in root.apply("-var", "port=81")
    assert root.simulator.of_type("helm_release")[0]["set"][0]["value"] == "81"
