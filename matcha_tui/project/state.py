"""Terraform's state of a layer, and what a finished run left beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors

Resources = Mapping[str, Mapping[str, str]]
"""What a deployed stack gives: resource to property to value."""

OWN_STATE = "terraform.tfstate"
SHARED_STATE = "shared.tfstate"
"""A copy of the state that is kept elsewhere, as it was when it was last looked at."""


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What matcha wants to know of a state.

    Attributes:
        has_resources: Whether Terraform manages anything in it.
        lineage: The mark that a state keeps for as long as it exists.
    """

    has_resources: bool
    lineage: str = ""


NO_STATE = StateFacts(has_resources=False)


def read_state(layer_directory: Path) -> StateFacts:
    """Read a layer's state (format version 4), or the copy of a shared one.

    It is read anew only when the file has changed.
    """
    found = [_read_state(layer_directory / name) for name in (OWN_STATE, SHARED_STATE)]
    return next((facts for facts in found if facts.has_resources), found[0])


def read_output(layer_directory: Path, name: str) -> object:
    """Read one output of a layer from its state, or from the copy of a shared one.

    Returns:
        Its value, or ``None`` when there is none, or none that can be read.
    """
    for file in (OWN_STATE, SHARED_STATE):
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


def _read_state(path: Path) -> StateFacts:
    try:
        with explain_os_errors("read", path):
            found = path.stat()
            if found.st_size == 0:
                return NO_STATE
    except MatchaError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return NO_STATE
        raise
    return _parse_state(path, (found.st_ino, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=32)
def _parse_state(path: Path, _version: tuple[int, int, int]) -> StateFacts:
    with explain_os_errors("read", path):
        content = path.read_bytes()
    try:
        state: Mapping[str, Any] = json.loads(content)
        has_resources = any(
            resource["mode"] == "managed" and resource["instances"]
            for resource in state["resources"]
        )
        return StateFacts(has_resources, str(state.get("lineage", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MatchaError(
            f"{path} is not a Terraform state",
            hint=f"Restore it from {OWN_STATE}.backup beside it.",
        ) from error
