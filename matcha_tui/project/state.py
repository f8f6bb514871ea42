"""What is deployed, read from the files that Terraform and a finished run left."""

import json
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.files import explain_os_errors

_OWN_STATE = "terraform.tfstate"
SHARED_STATE = "shared.tfstate"
"""A copy of the state that is kept elsewhere, as it was when it was last looked at."""


def has_resources(layer_directory: Path) -> bool:
    """Say whether Terraform has anything in a layer's state (format version 4).

    Args:
        layer_directory: The layer's folder; it need not exist.

    Raises:
        MatchaError: If there is a state that cannot be read.
    """
    return any(_has_resources(layer_directory / name) for name in (_OWN_STATE, SHARED_STATE))


def _has_resources(path: Path) -> bool:
    if not path.exists():
        return False
    with explain_os_errors("read", path):
        content = path.read_bytes()
    if not content:
        return False
    try:
        state = json.loads(content)
        return any(
            resource["mode"] == "managed" and resource["instances"]
            for resource in state["resources"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise MatchaError(
            f"{path} is not a Terraform state",
            hint=f"Restore it from {_OWN_STATE}.backup beside it.",
        ) from error


def read_output(layer_directory: Path, name: str) -> object:
    """Read one output of a layer from its state, or from the copy of a shared one.

    Args:
        layer_directory: The layer's folder; it need not exist.
        name: The output.

    Returns:
        Its value, or ``None`` when there is none, or none that can be read.
    """
    for file in (_OWN_STATE, SHARED_STATE):
        try:
            value: object = json.loads((layer_directory / file).read_bytes())["outputs"][name][
                "value"
            ]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return value
    return None


def read_resources(path: Path) -> dict[str, dict[str, str]] | None:
    """Read ``matcha.state``: resource to property to value, secrets included.

    Args:
        path: The file.

    Returns:
        What it holds, or ``None`` when there is none, or none that can be read.
    """
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return {
        name: {key: str(value) for key, value in sorted(properties.items())}
        for name, properties in found.items()
    }
