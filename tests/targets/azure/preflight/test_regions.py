"""Where the machines of a stack can be had."""

import pytest

from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.preflight.reader import Reader
from matcha_tui.targets.azure.preflight.regions import Fit, fits_by_region
from matcha_tui.targets.azure.preflight.requirements import Pool, list_pools
from matcha_tui.targets.azure.settings import AzureSettings
from matcha_tui.targets.findings import Verdict
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import SUBSCRIPTION, usage
from tests.targets.azure.preflight.conftest import QUOTAS

PASSED, FAILED, UNVERIFIED = Verdict.PASSED, Verdict.FAILED, Verdict.UNVERIFIED
REGIONS = ("westeurope", "northeurope", "eastus")


@pytest.fixture
def reader(account: Account) -> Reader:
    return Reader(account, SUBSCRIPTION)


@pytest.fixture
def pools() -> tuple[Pool, ...]:
    return list_pools(AzureSettings.read({}))


def test_sizes_and_quotas_region_by_region(
    azure: AzureCloud, reader: Reader, pools: tuple[Pool, ...]
):
    azure.resources.page_size = 100
    small = [usage("cores", "Cores", 0, 10), usage("standardDSv5Family", "DSv5", 0, 50)]
    azure.resources.answers = {
        QUOTAS.replace("locations/*", "locations/northeurope"): small,
        **azure.resources.answers,
    }
    assert fits_by_region(reader, pools, REGIONS) == {
        "westeurope": Fit(PASSED, PASSED),
        "northeurope": Fit(PASSED, FAILED),
        "eastus": Fit(FAILED, PASSED),
    }
    count = len(azure.requests)
    assert set(fits_by_region(reader, pools, REGIONS)) == set(REGIONS)
    assert len(azure.requests) == count


def test_a_size_that_does_not_suit_is_nowhere(reader: Reader):
    pools = list_pools(AzureSettings.read({"node_size": "Standard_B4ms"}))
    assert fits_by_region(reader, pools, REGIONS[:1])["westeurope"].sizes is FAILED


def test_a_stack_without_machines_fits_everywhere(azure: AzureCloud, reader: Reader):
    count = len(azure.requests)
    assert fits_by_region(reader, (), REGIONS) == dict.fromkeys(REGIONS, Fit(PASSED, PASSED))
    assert len(azure.requests) == count


def test_what_azure_does_not_tell_is_left_open(
    azure: AzureCloud, reader: Reader, account: Account, pools: tuple[Pool, ...]
):
    azure.faults.add("locations/eastus/usages", 403, "AuthorizationFailed")
    found = fits_by_region(reader, pools, REGIONS)
    assert found["eastus"] == Fit(FAILED, UNVERIFIED)
    assert found["westeurope"] == Fit(PASSED, PASSED)
    azure.faults.add("/skus", 403, "AuthorizationFailed")
    found = fits_by_region(Reader(account, SUBSCRIPTION), pools, REGIONS)
    assert found == dict.fromkeys(REGIONS, Fit(UNVERIFIED, UNVERIFIED))


@pytest.mark.parametrize(
    ("fit", "suffices"),
    [
        (Fit(PASSED, PASSED), True),
        (Fit(UNVERIFIED, FAILED), False),
        (Fit(PASSED, UNVERIFIED), None),
    ],
)
def test_a_region_will_do_if_both_sizes_and_quota_do(fit: Fit, suffices: bool | None):
    assert fit.suffices is suffices
