"""What all checks look at: what is wanted, and the Azure that it is wanted of."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM, STATE_CONTAINER
from matcha_tui.targets.azure.preflight.once import Once
from matcha_tui.targets.azure.preflight.requirements import Requirements
from matcha_tui.targets.findings import Unverified

if TYPE_CHECKING:
    from matcha_tui.targets.azure.auth.account import Account
    from matcha_tui.targets.azure.preflight.reader import Reader


class CheckContext:
    """What one run of the checks shares; each part is asked for when it is first needed."""

    def __init__(self, requirements: Requirements, sign_in: "Callable[[], Account]") -> None:
        self.requirements = requirements
        self.account = Once(sign_in)
        self._reader = Once(self._open)
        self._is_deployed = Once(self._find_deployment)

    @property
    def reader(self) -> "Reader":
        """What asks Azure."""
        return self._reader()

    @property
    def is_deployed(self) -> bool:
        """Whether there is a deployment, of this folder or of a colleague."""
        return self._is_deployed()

    def _open(self) -> "Reader":
        for name in ("subscription_id", "location"):
            if not getattr(self.requirements, name):
                raise Unverified(f"{name} is not set", "First set what `settings` names.")
        try:
            account = self.account()
        except MatchaError as error:
            raise Unverified(
                "Azure was not asked, because the sign-in failed",
                "First do what `identity` says.",
            ) from error
        from matcha_tui.targets.azure.preflight.reader import Reader

        return Reader(account, self.requirements.subscription_id)

    def _find_deployment(self) -> bool:
        requirements = self.requirements
        if requirements.is_deployed or not requirements.shares_state:
            return requirements.is_deployed
        account = requirements.storage_accounts[-1]
        layers = (FOUNDATION, PLATFORM)
        return self.reader.has_state(account, STATE_CONTAINER, layers)
