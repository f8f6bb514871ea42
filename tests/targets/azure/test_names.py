import re
import uuid

from hypothesis import assume, given
from hypothesis import strategies as st

from matcha_tui.targets.azure.names import derive_names

PREFIXES = st.from_regex(r"[a-z][a-z0-9]{2,9}", fullmatch=True)
SUBSCRIPTIONS = st.uuids(version=4).map(str)
FLAVORS_OWN = ("dvc", "zenml", "mlflow", "state")  # what is added to `storage`
RULES = {
    "resource_group": r"[a-z0-9-]{1,90}",
    "cluster": r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
    "registry": r"[a-z0-9]{5,50}",
    "database": r"[a-z0-9]([a-z0-9-]{1,61})[a-z0-9]",
    "dns_label": r"[a-z][a-z0-9-]{1,52}[a-z0-9]",
    "storage": r"[a-z0-9]{3,18}",
    "state_group": r"[a-z0-9-]{1,90}",
    "state_account": r"[a-z0-9]{3,24}",
}


@given(PREFIXES, SUBSCRIPTIONS)
def test_every_name_is_one_that_azure_takes(prefix: str, subscription: str):
    names = derive_names(prefix, subscription)
    for key, rule in RULES.items():
        assert re.fullmatch(rule, getattr(names, key)), f"{key}: {getattr(names, key)}"
    for own in FLAVORS_OWN:
        assert re.fullmatch(r"[a-z0-9]{3,24}", names.storage + own)


@given(PREFIXES, SUBSCRIPTIONS)
def test_names_stay_the_same_however_the_subscription_is_written(prefix: str, subscription: str):
    assert derive_names(prefix, subscription) == derive_names(prefix, subscription.upper())


@given(PREFIXES, SUBSCRIPTIONS, SUBSCRIPTIONS)
def test_two_subscriptions_share_no_name_that_is_unique_in_the_world(
    prefix: str, one: str, other: str
):
    assume(one != other)
    first, second = derive_names(prefix, one), derive_names(prefix, other)
    # 5 letters of 32 each: two of a few hundred subscriptions do not meet by chance.
    for key in ("registry", "database", "dns_label", "storage", "state_account"):
        assert getattr(first, key) != getattr(second, key)


def test_the_names_of_a_deployment_never_change():
    names = derive_names("tea", "11111111-2222-3333-4444-555555555555")
    assert names.storage == "teaia4gg"
    assert names.state_account == "teaia4ggstate"
    assert names.for_terraform() == {
        "resource_group": "tea-resources",
        "cluster": "tea-cluster",
        "registry": "teaia4ggregistry",
        "database": "tea-ia4gg-database",
        "dns_label": "tea-ia4gg",
        "storage": "teaia4gg",
    }


def test_suffixes_are_spread():
    made = {derive_names("tea", str(uuid.UUID(int=number))).storage for number in range(500)}
    assert len(made) == 500
