"""A target that somebody signs in to, as an installed package would bring it."""

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.targets.identity_part import Identity, SignedIn, Subscription, Tenant
from matcha_tui.targets.registry import TARGETS


class LabIdentity(Identity):
    subscription_setting = "project"
    tenant_setting = "organization"
    subscription_word = "project"

    def __init__(self, user: str) -> None:
        self._user = user

    def sign_in(self, tenant_id: str = "") -> SignedIn:
        if not self._user:
            raise MatchaError("nobody is signed in", hint="Set LAB_USER.")
        projects = (Subscription("p1", "Vision", "open"),)
        return SignedIn(self._user, "LAB_USER", tenant_id, subscriptions=projects)


def test_who_is_signed_in_may_build_unless_the_target_says_otherwise():
    found = LabIdentity("ada").sign_in("org1")
    assert (found.name, found.builds, found.tenant_name) == ("ada", True, "org1")
    assert found.subscriptions[0].is_usable


def test_a_tenant_is_called_by_its_name_where_it_has_one():
    tenants = (Tenant("org1", "The Lab"), Tenant("org2", ""))
    assert SignedIn("ada", "LAB_USER", "org1", tenants).tenant_name == "The Lab"
    assert SignedIn("ada", "LAB_USER", "org2", tenants).tenant_name == "org2"


def test_a_target_without_sign_in_by_code_says_so():
    with pytest.raises(MatchaError, match="no sign-in with a code"):
        LabIdentity("ada").sign_in_with_code(lambda *_: None, is_cancelled=lambda: False)


def test_azure_asks_who_builds_and_this_machine_does_not():
    assert TARGETS["local"].identity is None
    identity = TARGETS["azure"].identity
    assert identity is not None
    names = {setting.name for setting in TARGETS["azure"].settings}
    assert {identity.subscription_setting, identity.tenant_setting} <= names
