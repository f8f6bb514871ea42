"""ZenML: a stack is registered through the client that the user has installed."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.zenml_settings import (
    describe_changes,
    read_settings,
    restore_settings,
)
from matcha_tui.clients.zenml_stack import describe_stack
from matcha_tui.project.state import Resources

_NAME = "zenml"
_SCRIPT = Path(__file__).parent / "inside_zenml" / "register.py"
_SECONDS = 180
_MASK = "********"


def connect_zenml(project: Path, resources: Resources, note: Note = NO_NOTE) -> ToolConnection:
    """Register the stack with its ZenML server, and make it the active one."""
    server = resources.get("pipeline")
    if server is None:
        return ToolConnection(_NAME, Outcome.SKIPPED, "the stack has no ZenML server")
    python = _find_client()
    if python is None:
        return ToolConnection(
            _NAME,
            Outcome.SKIPPED,
            "no Python on PATH has ZenML; install it (pip install zenml), then run "
            "`matcha connect` again",
        )
    stack = describe_stack(resources)
    before = read_settings(project)
    try:
        finished = subprocess.run(
            [python, str(_SCRIPT)],
            cwd=project,
            env=os.environ
            | _settings(server)
            | {"MATCHA_ZENML_STACK": json.dumps(stack.as_json())},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ToolConnection(
            _NAME, Outcome.FAILED, f"its client did not end within {_SECONDS} seconds"
        )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines() or ["it left no message"]
        text = f"its client ({python}) says: {said[-1]}"
        for secret in (server["server-password"], *stack.secret_values()):
            text = text.replace(secret, _MASK)
        return ToolConnection(_NAME, Outcome.FAILED, text)
    changes = json.loads(finished.stdout.splitlines()[-1])
    note = describe_changes(before, read_settings(project), note)
    if not changes:
        return ToolConnection(
            _NAME, Outcome.UNCHANGED, "its stack matcha is registered and active", note
        )
    return ToolConnection(_NAME, Outcome.DONE, "; ".join([*changes, *_advice(resources)]), note)


def disconnect_zenml(project: Path, note: Note) -> ToolConnection:
    """Let the client forget the server; what is registered with the server stays there."""
    files = restore_settings(note)
    if not files:
        return ToolConnection(_NAME, Outcome.UNCHANGED, "its client points elsewhere by now")
    return ToolConnection(
        _NAME, Outcome.DONE, f"its client is as it was before: {', '.join(map(str, files))}"
    )


def _find_client() -> str | None:
    """Return a Python that has ZenML: that of the ``zenml`` command, or one on PATH."""
    command = shutil.which("zenml")
    found = [str(Path(command).resolve().parent / "python")] if command else []
    found += [path for name in ("python", "python3") if (path := shutil.which(name))]
    return next((python for python in found if _has_zenml(python)), None)


def _has_zenml(python: str) -> bool:
    question = "import importlib.util as u, sys; sys.exit(u.find_spec('zenml') is None)"
    try:
        asked = subprocess.run(
            [python, "-c", question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _settings(server: Mapping[str, str]) -> dict[str, str]:
    return {
        "ZENML_STORE_TYPE": "rest",
        "ZENML_STORE_URL": server["server-url"],
        "ZENML_STORE_USERNAME": server["server-username"],
        "ZENML_STORE_PASSWORD": server["server-password"],
        "ZENML_ANALYTICS_OPT_IN": "false",
        "ZENML_LOGGING_COLORS_DISABLED": "true",
    }


def _advice(resources: Resources) -> list[str]:
    """Return what a pipeline on a cluster needs before it runs, and what only the user may do."""
    if "container-registry" not in resources:
        return []
    registry = resources["container-registry"]["registry-name"]
    return [
        f"before a pipeline runs, `matcha kubeconfig` and `az acr login --name {registry}` "
        "let it reach the cluster and its images"
    ]
