"""What exists already though Terraform does not know it, and how it is taken in.

A run that is interrupted while something is being created may leave it behind: the
next one is told that it exists and has to be imported.
"""

import json
import re
from dataclasses import dataclass

from matcha_tui.files import write_atomically
from matcha_tui.project.workspace import Workspace
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


def write_adoptions(
    workspace: Workspace, layers: tuple[str, ...], adoptions: tuple[Adoption, ...]
) -> None:
    """Have the next plan take these in, and nothing else.

    Args:
        workspace: The project's paths.
        layers: The layers of the target; those without adoptions lose older ones.
        adoptions: What to take in.

    Raises:
        MatchaError: If it cannot be written.
    """
    for layer in layers:
        file = workspace.layer(layer) / _FILE
        blocks = [{"to": item.address, "id": item.id} for item in adoptions if item.layer == layer]
        if blocks:
            write_atomically(file, json.dumps({"import": blocks}, indent=2) + "\n")
        else:
            file.unlink(missing_ok=True)
