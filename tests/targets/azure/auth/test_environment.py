"""Whom Terraform acts as, read from the environment alone."""

import pytest

from matcha_tui.targets.azure.auth.environment import terraform_environment

SUBSCRIPTION = "00000000-aaaa-bbbb-cccc-000000000001"
TENANT = "11111111-1111-1111-1111-111111111111"
PRINCIPAL = {"CLIENT_ID": "tea", "CLIENT_SECRET": "leaf", "TENANT_ID": TENANT}


def test_without_a_service_principal_terraform_acts_as_the_azure_cli():
    told = terraform_environment({"ARM_ACCESS_KEY": "left over"}, SUBSCRIPTION, TENANT)
    assert (told["ARM_USE_CLI"], told["ARM_USE_MSI"]) == ("true", "false")
    assert (told["ARM_SUBSCRIPTION_ID"], told["ARM_TENANT_ID"]) == (SUBSCRIPTION, TENANT)
    assert told["ARM_ACCESS_KEY"] == told["ARM_CLIENT_SECRET"] == ""


@pytest.mark.parametrize("prefix", ["ARM", "AZURE"])
def test_a_service_principal_of_either_kind_reaches_terraform(prefix: str):
    environment = {f"{prefix}_{name}": value for name, value in PRINCIPAL.items()}
    told = terraform_environment(environment, SUBSCRIPTION, "")
    assert (told["ARM_CLIENT_ID"], told["ARM_CLIENT_SECRET"]) == ("tea", "leaf")
    assert (told["ARM_USE_CLI"], told["ARM_TENANT_ID"]) == ("false", TENANT)


@pytest.mark.parametrize("name", ["ARM_USE_OIDC", "ARM_USE_MSI"])
def test_another_identity_that_was_chosen_for_terraform_is_left_to_it(name: str):
    assert terraform_environment({name: "true"}, SUBSCRIPTION, "") == {
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION
    }
