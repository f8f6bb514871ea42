"""How to reach the cluster, as the foundation has handed it over."""

import json

from matcha_tui.project.workspace import Workspace
from matcha_tui.targets.azure.names import PASSED_OUTPUTS, PLATFORM


def read_kubeconfig(workspace: Workspace) -> str | None:
    """Return the cluster's kubeconfig, or ``None`` where there is no cluster."""
    try:
        given = json.loads((workspace.layer(PLATFORM) / PASSED_OUTPUTS).read_bytes())
        content = given["secrets"]["value"]["kubeconfig"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(content) if content else None
