"""What exists already though Terraform does not know it, and how it is imported.

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
_FILE = "import.tf.json"


@dataclass(frozen=True, slots=True)
class ImportCandidate:
    """One thing to import.

    Attributes:
        layer: The layer that it belongs to.
        address: What Terraform calls it: ``module.foundation.azurerm_subnet.nodes``.
        id: What the cloud calls it.
    """

    layer: str
    address: str
    id: str


def find_import_candidates(progress: RunProgress) -> tuple[ImportCandidate, ...]:
    """Return what a failed run has met that exists already."""
    layers = {address: layer for layer, address in progress.resources}
    found = []
    for error in progress.errors:
        match = _EXISTS.search(f"{error.summary}\n{error.detail}")
        if match and error.address in layers:
            found.append(ImportCandidate(layers[error.address], error.address, match["id"]))
    return tuple(found)


def write_import_blocks(directory: Path, candidates: Sequence[ImportCandidate]) -> None:
    """Have the plan of a next root import these."""
    if candidates:
        blocks = [{"to": item.address, "id": item.id} for item in candidates]
        write_atomically(directory / _FILE, json.dumps({"import": blocks}, indent=2) + "\n")
