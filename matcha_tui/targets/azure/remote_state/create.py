"""Makes the place of the shared state: the first step of whatever uses it.

``python -m matcha_tui.targets.azure.remote_state.create`` reads what to make from the
variable `VARIABLE`, and may be repeated.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.auth.account import sign_in
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from matcha_tui.targets.azure.remote_state.location import VARIABLE, StateStorage
from matcha_tui.targets.azure.remote_state.storage import create
from matcha_tui.terraform.worker_events import error_line


def main() -> int:
    """Make what is missing, and say what is being made.

    Returns:
        0, or the error's exit code.
    """
    try:
        _prepare(json.loads(os.environ[VARIABLE]))
    except MatchaError as error:
        sys.stdout.buffer.write(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


def _prepare(wanted: Mapping[str, Any]) -> None:
    account = sign_in(find_cloud(), tenant_id=wanted["tenant_id"])
    storage = StateStorage(
        subscription_id=wanted["subscription_id"],
        tenant_id=account.tenant_id,
        resource_group=wanted["resource_group"],
        account=wanted["account"],
        container=wanted["container"],
    )
    create(account, storage, wanted["location"], wanted["tags"], _report)


def _report(text: str) -> None:
    sys.stdout.write(f"Shared state: {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
