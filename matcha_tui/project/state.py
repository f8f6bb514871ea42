"""Terraform's state of a layer, and what a finished run left beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
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


FORMAT = 4
"""The version of the format that a state is read and restored in."""


class StateFault(StrEnum):
    """Why nobody can go by a state: the end of a sentence."""

    DAMAGED = "is damaged"
    NEWER = "has a newer format than this matcha knows"
    OLDER = "is older than one that was kept"


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What matcha wants to know of a state.

    Attributes:
        has_resources: Whether Terraform manages anything in it, as far as it can be read.
        resources: How many it manages.
        lineage: The mark that a state keeps for as long as it exists; empty without a state.
        serial: How often it was changed.
        terraform: The version of the Terraform that wrote it.
        fault: Why nobody can go by it, if so.
        remedy: How another one can be put in its place, as a sentence that was checked to be
            true; empty where nobody has looked, or there is none.
    """

    has_resources: bool
    lineage: str = ""
    serial: int = 0
    terraform: str = ""
    resources: int = 0
    fault: StateFault | None = None
    remedy: str = ""


NO_STATE = StateFacts(has_resources=False)


def read_state(layer_directory: Path) -> StateFacts:
    """Read a layer's state, or the copy of a shared one.

    It is read anew only when the file has changed.
    """
    found = [read_state_file(layer_directory / name) for name in (OWN_STATE, SHARED_STATE)]
    return next((facts for facts in found if facts.has_resources or facts.fault), found[0])


def read_state_file(path: Path) -> StateFacts:
    """Read one file with a state; one that is missing, or has nothing in it yet, is none."""
    try:
        with explain_os_errors("read", path):
            found = path.stat()
            if found.st_size == 0:
                return NO_STATE
    except MatchaError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return NO_STATE
        raise
    return _parse_file(path, (found.st_ino, found.st_size, found.st_mtime_ns))


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


def parse_state(content: bytes | str) -> StateFacts:
    """Understand a state."""
    try:
        state: Mapping[str, Any] = json.loads(content)
        if int(state.get("version", FORMAT)) > FORMAT:
            return StateFacts(has_resources=False, fault=StateFault.NEWER)
        resources = sum(
            len(resource["instances"])
            for resource in state["resources"]
            if resource["mode"] == "managed"
        )
        return StateFacts(
            resources > 0,
            str(state.get("lineage", "")),
            int(state.get("serial", 0)),
            str(state.get("terraform_version", "")),
            resources,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return StateFacts(has_resources=False, fault=StateFault.DAMAGED)


@lru_cache(maxsize=32)
def _parse_file(path: Path, _version: tuple[int, int, int]) -> StateFacts:
    with explain_os_errors("read", path):
        return parse_state(path.read_bytes())
