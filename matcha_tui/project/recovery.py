"""Puts Terraform's states right from within a run, before anything else: its first steps.

``python -m matcha_tui.project.recovery ACT PROJECT LAYER LINEAGE [ENGINE ...]``, where the act
is one of

- ``put-back``: put ``errored.tfstate``, which Terraform could not save, where it belongs;
- ``push``: the same where the state is shared, with the engine whose command follows;
- ``set-aside``: move away a state that nobody can go by, so that a destroy goes on without it.

Each says in the run's log what it has done.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.project.kept_states import (
    ERRORED_STATE,
    find_errored,
    fits_over,
    put_back_errored,
    set_aside,
)
from matcha_tui.project.state import NO_STATE, parse_state, read_state_file
from matcha_tui.project.workspace import Workspace
from matcha_tui.terraform.worker_events import error_line, warning_line

_PROGRAM = (sys.executable, "-P", "-m", "matcha_tui.project.recovery")


def recovery_command(
    act: str, workspace: Workspace, layer: str, lineage: str, engine: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the command of a step that puts a state right."""
    return (*_PROGRAM, act, str(workspace.project), layer, lineage, *engine)


def has_errored(workspace: Workspace, layer: str) -> bool:
    """Return whether Terraform has left a state there that it could not save."""
    return (workspace.layer(layer) / ERRORED_STATE).exists()


def main(arguments: Sequence[str]) -> int:
    """Do one act.

    Returns:
        0, or the exit code of what stood in the way.
    """
    act, project, layer, lineage, *engine = arguments
    workspace = Workspace(Path(project))
    try:
        if act == "push":
            _push(workspace, layer, lineage, engine)
        elif act == "put-back":
            _put_back(workspace, layer, lineage)
        else:
            _set_aside(workspace, layer)
    except MatchaError as error:
        _say(error_line(error.message, error.hint or ""))
        return error.exit_code
    return 0


def _put_back(workspace: Workspace, layer: str, lineage: str) -> None:
    found = find_errored(workspace, layer, lineage)
    if found is None:
        _leave_alone(workspace, layer)
        return
    aside = put_back_errored(workspace, layer)
    replaced = f" The damaged one is in {aside}." if aside else ""
    _say_put_back(layer, found.serial, replaced)


def _push(workspace: Workspace, layer: str, lineage: str, engine: Sequence[str]) -> None:
    folder = workspace.layer(layer)
    pulled = _run(engine, folder, "state", "pull")
    present = parse_state(pulled) if pulled.strip() else NO_STATE
    errored = read_state_file(folder / ERRORED_STATE)
    if errored.fault or not errored.lineage or not fits_over(errored, present, lineage):
        _leave_alone(workspace, layer)
        return
    _run(engine, folder, "state", "push", "-lock-timeout=30s", ERRORED_STATE)
    kept = set_aside(workspace, layer, ERRORED_STATE)
    _say_put_back(layer, errored.serial, f" A copy is in {kept}.")


def _set_aside(workspace: Workspace, layer: str) -> None:
    if aside := set_aside(workspace, layer):
        _say(
            warning_line(
                f"Nobody can go by Terraform's state of {layer}, so the destroy does without it",
                f"It was moved to {aside}.",
            )
        )


def _run(engine: Sequence[str], folder: Path, *arguments: str) -> bytes:
    answer = subprocess.run(
        (*engine, *arguments),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if answer.returncode != 0:
        said = answer.stderr.decode(errors="replace").strip()
        raise MatchaError(
            f"`{' '.join(arguments[:2])}` failed: the state in {folder / ERRORED_STATE} is not "
            "put back",
            hint=said,
        )
    return answer.stdout


def _say_put_back(layer: str, serial: int, more: str) -> None:
    _say(
        warning_line(
            f"The state of {layer} that Terraform could not save was put back",
            f"It was in {ERRORED_STATE}, with serial {serial}.{more}",
        )
    )


def _leave_alone(workspace: Workspace, layer: str) -> None:
    _say(
        warning_line(
            f"{workspace.layer(layer) / ERRORED_STATE} is left alone",
            "It is no newer state of what is deployed here: older, of another stack, or damaged.",
        )
    )


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
