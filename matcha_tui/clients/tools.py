"""Every client tool in turn: told where the stack is, and made to forget it.

``python -P -m matcha_tui.clients.tools PROJECT`` does the latter, at the end of a destroy.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.dvc import connect_dvc, disconnect_dvc
from matcha_tui.clients.env_file import connect_env_file, disconnect_env_file
from matcha_tui.clients.packages import check_clients, find_clients
from matcha_tui.clients.zenml import connect_zenml, disconnect_zenml
from matcha_tui.errors import MatchaError
from matcha_tui.project.state import Resources
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.usage import client_variables
from matcha_tui.system.files import write_atomically

_FORGET: Mapping[str, Callable[[Path, Note], ToolConnection]] = {
    ".env": disconnect_env_file,
    "dvc": disconnect_dvc,
    "zenml": disconnect_zenml,
}


def connect_tools(
    workspace: Workspace, flavors: Sequence[Flavor], resources: Resources
) -> Iterator[ToolConnection]:
    """Tell each tool where the stack is; each is told though another one failed."""
    project, remote = workspace.project, resources.get("data-version-control")
    variables = client_variables(flavors, resources)
    installed = find_clients([item for item in flavors if item.resource in resources])
    unfit = {one.flavor: one.advice for one in installed if one.version and not one.is_fit}
    steps: Mapping[str, Callable[[Note], ToolConnection]] = {
        ".env": lambda note: connect_env_file(project, variables, note),
        "dvc": lambda note: connect_dvc(project, remote, note),
        "zenml": lambda note: connect_zenml(project, resources, note),
    }
    for name, connect in steps.items():
        notes = _read_notes(workspace)
        if name in unfit:
            yield ToolConnection(name, Outcome.FAILED, unfit[name])
            continue
        step = connect(notes.get(name, NO_NOTE))
        if step.note is not None:
            _keep_notes(workspace, {**notes, name: step.note})
        yield step
    yield check_clients(one for one in installed if one.flavor not in (unfit.keys() & steps.keys()))


def disconnect_tools(workspace: Workspace) -> Iterator[ToolConnection]:
    """Take back from each tool what it was told, but for what has been changed since."""
    for name, forget in _FORGET.items():
        notes = _read_notes(workspace)
        if name not in notes:
            yield ToolConnection(name, Outcome.UNCHANGED, "`matcha connect` has written nothing")
            continue
        step = forget(workspace.project, notes[name])
        if step.outcome in (Outcome.DONE, Outcome.UNCHANGED):
            _keep_notes(workspace, {key: note for key, note in notes.items() if key != name})
        yield step


def disconnect_command(workspace: Workspace) -> tuple[str, ...]:
    """Return the command that does it."""
    return (sys.executable, "-P", "-m", "matcha_tui.clients.tools", str(workspace.project))


def main(arguments: Sequence[str]) -> int:
    """Disconnect; what cannot be taken back is said, and holds up no destroy."""
    workspace = Workspace(Path(arguments[0]))
    try:
        for step in disconnect_tools(workspace):
            if step.outcome is not Outcome.UNCHANGED:
                sys.stdout.write(f"{step.name}: {step.text}\n")
    except MatchaError as error:
        sys.stdout.write(f"{error.message}\n")
    return 0


def _read_notes(workspace: Workspace) -> dict[str, Note]:
    try:
        notes = json.loads(workspace.connections_file.read_bytes())
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _keep_notes(workspace: Workspace, notes: Mapping[str, Note]) -> None:
    if notes:
        write_atomically(workspace.connections_file, json.dumps(notes, indent=2) + "\n")
    else:
        workspace.connections_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
