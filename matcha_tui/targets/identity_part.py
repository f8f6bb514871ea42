"""What a target says when somebody has to be signed in before anything is built.

Give it to the target as its part ``identity``, and name the step ``account`` among its
``extra_steps``; whatever a face shows of accounts is asked here::

    class LabIdentity(Identity):
        subscription_setting = "project"
        tenant_setting = "organization"
        subscription_word = "project"

        def sign_in(self, tenant_id=""):
            name = os.environ.get("LAB_USER")
            if not name:
                raise MatchaError("nobody is signed in", hint="Set LAB_USER.")
            projects = (Subscription("p1", "Vision", "open"),)
            return SignedIn(name, "LAB_USER", tenant_id, subscriptions=projects)


    class LabTarget(Target):
        identity = LabIdentity()
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from matcha_tui.errors import MatchaError
from matcha_tui.targets.base import StackSpec

Prompt = Callable[[str, str, datetime], None]
"""Shows the user the page's address, the code, and until when it can be entered (UTC)."""

Survey = Callable[[Sequence[str]], Mapping[str, bool | None]]
"""Takes regions, waits for the target, and says of each whether the machines can be had there;
``None`` where nobody knows. It keeps what it has asked once, and may be called again and again."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A directory that somebody is known in.

    Attributes:
        tenant_id: Its ID.
        name: Its display name; empty where nobody tells.
        domain: ``contoso.onmicrosoft.com``; may be empty.
    """

    tenant_id: str
    name: str
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somewhere to build, and somebody who pays.

    Attributes:
        subscription_id: Its ID.
        name: Its display name.
        state: In the target's words: ``Enabled``.
        tenant_id: The tenant that it was seen in; empty where there are none.
        is_usable: Whether anything can be built in it.
    """

    subscription_id: str
    name: str
    state: str
    tenant_id: str = ""
    is_usable: bool = True


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in, and what they can see.

    Attributes:
        name: ``ada@example.com``.
        source: How they are signed in, in the user's words: ``Azure CLI``.
        tenant_id: The tenant that the sign-in is for; empty where there are none.
        tenants: The tenants that they can sign in to; empty if nobody tells.
        subscriptions: Those of the tenant, usable ones first.
        builds: Whether Terraform can act as this account.
        problem: Why there are no subscriptions; ``None`` when there are.
        survey: Makes the question where the machines of a stack can be had; ``None``
            where that is the same everywhere.
    """

    name: str
    source: str
    tenant_id: str = ""
    tenants: tuple[Tenant, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    builds: bool = True
    problem: MatchaError | None = None
    survey: Callable[[StackSpec], Survey] | None = field(default=None, repr=False)

    @property
    def tenant_name(self) -> str:
        """What the tenant is called; its ID where it has no name."""
        named = (tenant.name for tenant in self.tenants if tenant.tenant_id == self.tenant_id)
        return next(named, "") or self.tenant_id


class Identity(ABC):
    """Who builds, and who pays for it.

    Attributes:
        subscription_setting: The setting that says who pays.
        tenant_setting: The setting that says in which tenant; empty where there are none.
        subscription_word: What the target calls who pays.
        tenant_word: What it calls a directory of users.
        help_url: A page on how to sign in.
        subscriptions_url: A page on who pays, for somebody who is signed in.
        looking_only: What to tell somebody whose sign-in Terraform cannot use, a line each.
    """

    subscription_setting: ClassVar[str]
    tenant_setting: ClassVar[str] = ""
    subscription_word: ClassVar[str] = "subscription"
    tenant_word: ClassVar[str] = "tenant"
    help_url: ClassVar[str] = ""
    subscriptions_url: ClassVar[str] = ""
    read_only_hint: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def sign_in(self, tenant_id: str = "") -> SignedIn:
        """Sign in with what is there, and look around.

        Args:
            tenant_id: For which tenant; empty for the one that the sign-in prefers.

        Raises:
            MatchaError: If nobody is signed in, or the sign-in is refused.
        """

    def sign_in_with_code(
        self, prompt: Prompt, *, tenant_id: str = "", is_cancelled: Callable[[], bool]
    ) -> SignedIn:
        """Sign in on another device, and look around.

        Args:
            prompt: Called once, from any thread.
            tenant_id: For which tenant; empty for the account's own.
            is_cancelled: Asked every few seconds.

        Raises:
            MatchaError: If it is refused, cancelled, or the code expires, or if one
                cannot sign in so.
        """
        raise MatchaError("there is no sign-in with a code here", hint="Press r to try again.")
