"""What exists already though Terraform does not know it, and how it is taken in.

A run that is interrupted while something is being created may leave it behind: the
next one is told that it exists and has to be imported.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.system.files import write_atomically
from matcha_tui.terraform.progress import RunProgress

_EXISTS = re.compile(
    r'resource with the ID "(?P<id>[^"]+)" already exists - to be managed via Terraform'
)
_FILE = "adopt.tf.json"


@dataclass(frozen=True, slots=True)
class Adoption:
    """One thing to take in.

    Attributes:
        layer: The layer that it belongs to.
        address: What Terraform calls it: ``module.foundation.azurerm_subnet.nodes``.
        id: What the cloud calls it.
    """

    layer: str
    address: str
    id: str


def find_adoptions(progress: RunProgress) -> tuple[Adoption, ...]:
    """Return what a failed run has met that exists already.

    Args:
        progress: How that run ended.
    """
    layers = {address: layer for layer, address in progress.resources}
    found = []
    for error in progress.errors:
        match = _EXISTS.search(f"{error.summary}\n{error.detail}")
        if match and error.address in layers:
            found.append(Adoption(layers[error.address], error.address, match["id"]))
    return tuple(found)


def write_adoptions(directory: Path, adoptions: Sequence[Adoption]) -> None:
    """Have the plan of a next root take these in.

    Args:
        directory: The folder of the root.
        adoptions: What to take in.

    Raises:
        MatchaError: If it cannot be written.
    """
    if adoptions:
        blocks = [{"to": item.address, "id": item.id} for item in adoptions]
        write_atomically(directory / _FILE, json.dumps({"import": blocks}, indent=2) + "\n")
