"""What Helm insists on, and what it leaves when it is killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.simulator.objects import changing
from tests.simulator.refusal import RefusedError
from tests.simulator.values import Body


def refuse_installation(found: Body, wanted: Body) -> None:
    """Refuse to install a release that is there already, as Helm does.

    Raises:
        RefusedError: With the real provider's words.
    """
    if not wanted.get("upgrade_install"):
        raise RefusedError("installation failed", "cannot re-use a name that is still in use")
    if problem := _upgrade_problem(found):
        raise RefusedError("installation failed", problem)


def refuse_upgrade(found: Body) -> None:
    """Refuse to upgrade a release that Helm says it is working on.

    Raises:
        RefusedError: With the real provider's words.
    """
    if problem := _upgrade_problem(found):
        raise RefusedError("Error upgrading chart", f"Upgrade failed: {problem}")


@contextmanager
def working(path: Path, key: str, entry: dict[str, Any], status: str) -> Iterator[None]:
    """Let the release be pending for as long as the block takes, or for good if it is killed.

    Args:
        path: The file of all objects.
        key: The release's key in it.
        entry: The release.
        status: What it is meanwhile, e.g. ``pending-install``.
    """
    with changing(path) as objects:
        before = objects.get(key)
        objects[key] = {**entry, "values": {**entry["values"], "status": status}}
    try:
        yield
    except RefusedError:
        with changing(path) as objects:
            objects.pop(key, None)
            if before is not None:
                objects[key] = before
        raise


def _upgrade_problem(found: Body) -> str | None:
    if str(found["status"]).startswith("pending-"):
        return "another operation (install/upgrade/rollback) is in progress"
    if found["status"] == "uninstalling":
        return f'"{found["name"]}" has no deployed releases'
    return None
