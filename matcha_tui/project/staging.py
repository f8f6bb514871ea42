"""A layer's next root: composed and planned beside the one that is deployed, moved on apply.

Planning never touches what is deployed: all that a plan needs lies in ``<layer>.next``.
Terraform's state never moves; the next root has a copy of it to plan against.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.kept_states import ERRORED_STATE, find_errored
from matcha_tui.project.state import OWN_STATE, SHARED_STATE
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.setting import SettingValue
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically

_STATES = (OWN_STATE, f".{OWN_STATE}", SHARED_STATE, ERRORED_STATE)
"""How the names of Terraform's states, their backups and their locks begin."""
_PROVIDERS = (".terraform.lock.hcl", ".terraform/providers")
_PLAN = ".planned"
_MOVING = ".moving"
_DECISIONS = ".decisions.json"
_NOT_MOVED = frozenset({_PLAN, _MOVING, _DECISIONS})
_HALF_WRITTEN = tuple(f".{name}." for name in _NOT_MOVED)


def begin_next(workspace: Workspace, layer: str) -> Path:
    """Make an empty folder for a layer's next root, with a copy of its state.

    Returns:
        The folder, in which the root is to be composed.
    """
    finish_moving(workspace, layer)
    present, following = workspace.layer(layer), workspace.next_layer(layer)
    make_private_directory(present)
    with explain_os_errors("write", following):
        if following.exists():
            shutil.rmtree(following)
        make_private_directory(following)
        for name in (OWN_STATE, *_PROVIDERS):
            source, copy = present / name, following / name
            if source.is_dir():
                shutil.copytree(source, copy, symlinks=True)
            elif source.exists():
                shutil.copy2(source, copy)
        if find_errored(workspace, layer) and not (present / SHARED_STATE).exists():
            shutil.copy2(present / ERRORED_STATE, following / OWN_STATE)
    return following


def store_decisions(next_root: Path, decisions: Mapping[Path, Mapping[str, SettingValue]]) -> None:
    """Keep, with a next root, what was decided for it: free ports and generated secrets."""
    content = {str(path): dict(values) for path, values in decisions.items()}
    write_atomically(next_root / _DECISIONS, json.dumps(content, indent=2) + "\n")


def record_plan(workspace: Workspace, layers: Iterable[str], run: str) -> None:
    """Note which run plans with the next roots."""
    for layer in layers:
        write_atomically(workspace.next_layer(layer) / _PLAN, run)


def refuse_outdated(workspace: Workspace, layer: str, run: str) -> None:
    """Refuse to apply a plan whose root has been replaced since."""
    try:
        planned = (workspace.next_layer(layer) / _PLAN).read_text()
    except FileNotFoundError:
        planned = ""
    if planned != run:
        raise MatchaError(
            "the plan that was reviewed is out of date: another one was made or applied since",
            hint="Review a new plan.",
            exit_code=ExitCode.REFUSED,
        )


def activate_next(workspace: Workspace, layer: str) -> None:
    """Make a layer's next root the one that is applied; whole, even if it is interrupted."""
    following = workspace.next_layer(layer)
    if not following.is_dir() or (following / _MOVING).exists():
        finish_moving(workspace, layer)
        return
    names = [path.name for path in following.iterdir() if _moves(path.name)]
    if not names:  # it was only begun
        return
    write_atomically(following / _MOVING, json.dumps(names))
    finish_moving(workspace, layer)


def finish_moving(workspace: Workspace, layer: str) -> None:
    """Finish what an interrupted `activate_next` has begun; may be called at any time."""
    present, following = workspace.layer(layer), workspace.next_layer(layer)
    with explain_os_errors("write", present):
        try:
            names = frozenset(json.loads((following / _MOVING).read_bytes()))
        except FileNotFoundError:
            return
        make_private_directory(present)
        (following / _PLAN).unlink(missing_ok=True)  # what is left of it is not what was planned
        for path in present.iterdir():
            if _moves(path.name) and path.name not in names:
                _remove(path)
        for name in sorted(names):
            if (following / name).exists():
                _remove(present / name)
                (following / name).rename(present / name)
        _write_decisions(following / _DECISIONS)
        for path in following.iterdir():
            if path.name != _MOVING:
                _remove(path)
        shutil.rmtree(following)  # the names go last: without them, what is left would replace all


def discard_next(workspace: Workspace, layer: str) -> None:
    """Remove a layer's next root, if it has one."""
    following = workspace.next_layer(layer)
    with explain_os_errors("remove", following):
        if following.exists():
            shutil.rmtree(following)


def _moves(name: str) -> bool:
    is_half_written = name.startswith(_HALF_WRITTEN)
    return not (name.startswith(_STATES) or name in _NOT_MOVED or is_half_written)


def _write_decisions(path: Path) -> None:
    if not path.exists():
        return
    for file, values in json.loads(path.read_bytes()).items():
        make_private_directory(Path(file).parent)
        write_atomically(Path(file), json.dumps(values, indent=2) + "\n")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
