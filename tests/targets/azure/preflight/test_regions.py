"""Where the machines of a stack can be had."""

from collections.abc import Callable

import pytest

from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.auth.account import Account
from matcha_tui.targets.azure.preflight.capacity import fits_by_region
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.azure.settings import AzureSettings
from tests.azure_cloud import AzureCloud
from tests.azure_cloud.answers import usage
from tests.targets.azure.preflight.conftest import QUOTAS, MakeIntent

REGIONS = ("westeurope", "northeurope", "eastus")

MakeContext = Callable[..., CheckContext]


@pytest.fixture
def make_context(make_intent: MakeIntent, account: Account) -> MakeContext:
    def make(*, dvc_only: bool = False, **changed: SettingValue) -> CheckContext:
        spec = make_intent(dvc_only=dvc_only, **changed)
        return CheckContext(spec, AzureSettings.of(spec), lambda: account)

    return make


def test_sizes_and_quotas_region_by_region(azure: AzureCloud, make_context: MakeContext):
    azure.resources.page_size = 100
    small = [usage("cores", "Cores", 0, 10), usage("standardDSv5Family", "DSv5", 0, 50)]
    azure.resources.answers = {
        QUOTAS.replace("locations/*", "locations/northeurope"): small,
        **azure.resources.answers,
    }
    context = make_context()
    assert fits_by_region(context, REGIONS) == {
        "westeurope": True,
        "northeurope": False,  # its quota is too small
        "eastus": False,  # its machines are others
    }
    count = len(azure.requests)
    assert set(fits_by_region(context, REGIONS)) == set(REGIONS)
    assert len(azure.requests) == count


def test_a_size_that_does_not_suit_is_nowhere(make_context: MakeContext):
    context = make_context(node_size="Standard_B4ms")
    assert fits_by_region(context, REGIONS[:1]) == {"westeurope": False}


def test_a_stack_without_machines_fits_everywhere(azure: AzureCloud, make_context: MakeContext):
    count = len(azure.requests)
    assert fits_by_region(make_context(dvc_only=True), REGIONS) == dict.fromkeys(REGIONS, True)
    assert len(azure.requests) == count


def test_what_azure_does_not_tell_is_left_open(azure: AzureCloud, make_context: MakeContext):
    azure.faults.add("locations/westeurope/usages", 403, "AuthorizationFailed")
    found = fits_by_region(make_context(), REGIONS)
    assert found == {"westeurope": None, "northeurope": True, "eastus": False}
    azure.faults.add("/skus", 403, "AuthorizationFailed")
    assert fits_by_region(make_context(), REGIONS) == dict.fromkeys(REGIONS)
