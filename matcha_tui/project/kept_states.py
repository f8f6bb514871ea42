"""Kept states: copies of Terraform's state of each layer, made before and after each apply.

They lie in ``.matcha/states/<layer>``, outside of the folders that Terraform works in, private
as they hold secrets. The last ten of a layer are kept, each once. What a restore replaces and
nobody can read stays there, too, under a name of its own.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.project.state import (
    OWN_STATE,
    StateFacts,
    StateFault,
    parse_state,
    read_state,
    read_state_file,
)
from matcha_tui.project.workspace import Workspace
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically

ERRORED_STATE = "errored.tfstate"
"""Where Terraform leaves a state that it could not save, beside the root."""

_MOST = 10
_MARK_CHARACTERS = 8
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{4,9})-serial-(\d+)-([0-9a-f]{8})-(\d{8}T\d{6}Z)\.tfstate")


@dataclass(frozen=True, slots=True)
class KeptState:
    """One kept state.

    Attributes:
        path: Its file.
        layer: Whose it is.
        number: Which it is; one that is kept later has a greater one.
        serial: How often the state was changed by then.
        mark: Of its lineage.
        when: When it was kept.
    """

    path: Path
    layer: str
    number: int
    serial: int
    mark: str
    when: datetime

    @property
    def sentence(self) -> str:
        """Which it is, for people: ``number 3 (serial 9, kept 2026-12-01 16:10 UTC)``."""
        return f"number {self.number} (serial {self.serial}, kept {self.when:%Y-%m-%d %H:%M} UTC)"


def keep_state(workspace: Workspace, layer: str) -> None:
    """Keep a copy of a layer's state, unless there is nothing in it or it is kept already.

    A state that is shared is kept by the place where it lies.
    """
    path = workspace.layer(layer) / OWN_STATE
    facts = read_state_file(path)
    if not facts.has_resources:
        return
    with explain_os_errors("read", path):
        _keep(workspace, layer, facts, path.read_bytes())


def list_kept(workspace: Workspace, layer: str, lineage: str = "") -> tuple[KeptState, ...]:
    """Return what is kept of a layer, the newest first; known by the names of the files.

    Args:
        workspace: The project's paths.
        layer: Which layer.
        lineage: Only that of this lineage; empty for all.
    """
    found = [_parse_name(path, layer) for path in (workspace.states / layer).glob("*.tfstate")]
    mark = _mark_of(lineage) if lineage else ""
    kept = [item for item in found if item is not None and mark in ("", item.mark)]
    return tuple(sorted(kept, key=lambda item: item.number, reverse=True))


def examine_state(workspace: Workspace, layer: str, lineage: str = "") -> StateFacts:
    """Read a layer's state, and say what is wrong with it and what can take its place.

    A state that Terraform could not save counts as saved: the next run puts it in its place.

    Args:
        workspace: The project's paths.
        layer: Which layer.
        lineage: That of what was built, as far as it was recorded.
    """
    errored = find_errored(workspace, layer, lineage)
    if errored is not None:
        return errored
    facts = read_state(workspace.layer(layer))
    expected = lineage or facts.lineage
    kept = list_kept(workspace, layer, expected)
    if facts.has_resources and facts.lineage == expected:
        if not any(item.serial > facts.serial for item in kept):
            return facts
        facts = replace(facts, fault=StateFault.OLDER)
    return replace(facts, remedy=_remedy(workspace, layer, kept, expected))


def find_errored(workspace: Workspace, layer: str, lineage: str = "") -> StateFacts | None:
    """Return what is in a state that Terraform could not save, if it belongs in the place of ours.

    It has to be of the same lineage and newer; where ours cannot be read, of the lineage that
    was recorded.
    """
    folder = workspace.layer(layer)
    errored = read_state_file(folder / ERRORED_STATE)
    if errored.fault or not errored.lineage:
        return None
    return errored if fits_over(errored, read_state(folder), lineage) else None


def fits_over(new: StateFacts, present: StateFacts, lineage: str) -> bool:
    """Return whether a state is a later one of the same deployment."""
    if present.fault is None and present.lineage:
        return new.lineage == present.lineage and new.serial > present.serial
    return lineage in ("", new.lineage)


def newest_readable(kept: Iterable[KeptState]) -> KeptState | None:
    """Return the first that can be read, of some that are in that order."""
    for item in kept:
        facts = read_state_file(item.path)
        if facts.fault is None and facts.lineage:
            return item
    return None


def read_restorable(path: Path) -> StateFacts:
    """Return what is in a file that is to become a state.

    Raises:
        MatchaError: If it cannot be one.
    """
    facts = read_state_file(path)
    if facts.fault or not facts.lineage:
        fault = facts.fault or "holds no Terraform state"
        raise MatchaError(
            f"{path} {fault}", hint="`matcha state list` says which states can be put back."
        )
    return facts


def put_back(workspace: Workspace, layer: str, source: Path) -> tuple[int, Path | None]:
    """Put a state in the place of a layer's; what was there is kept, or set aside.

    Its serial becomes greater than all that are known, as Terraform takes it for the newest.

    Returns:
        Its serial now, and where the replaced one was set aside, if nobody can read that.
    """
    read_restorable(source)
    with explain_os_errors("read", source):
        state = json.loads(source.read_bytes())
    keep_state(workspace, layer)
    present = read_state_file(workspace.layer(layer) / OWN_STATE)
    serials = [item.serial for item in list_kept(workspace, layer, str(state["lineage"]))]
    state["serial"] = max([int(state.get("serial", 0)), present.serial, *serials]) + 1
    aside = set_aside(workspace, layer) if present.fault else None
    folder = make_private_directory(workspace.layer(layer))
    content = json.dumps(state, indent=2) + "\n"
    write_atomically(folder / OWN_STATE, content)
    _keep(workspace, layer, parse_state(content), content.encode())
    return state["serial"], aside


def put_back_errored(workspace: Workspace, layer: str) -> Path | None:
    """Put the state that Terraform could not save where it belongs.

    Returns:
        Where the replaced one was set aside, if nobody can read that.
    """
    folder = workspace.layer(layer)
    keep_state(workspace, layer)
    aside = set_aside(workspace, layer) if read_state_file(folder / OWN_STATE).fault else None
    with explain_os_errors("write", folder / OWN_STATE):
        (folder / ERRORED_STATE).chmod(0o600)
        (folder / ERRORED_STATE).replace(folder / OWN_STATE)
    keep_state(workspace, layer)
    return aside


def set_aside(workspace: Workspace, layer: str, name: str = OWN_STATE) -> Path | None:
    """Move a file with a state out of Terraform's way; it is never deleted.

    Returns:
        Where it is now; ``None`` where there was none.
    """
    path = workspace.layer(layer) / name
    directory = make_private_directory(workspace.states / layer)
    stem = f"replaced-{datetime.now(UTC):{_TIME}}"
    place, number = directory / f"{stem}.tfstate", 1
    while place.exists():
        number += 1
        place = directory / f"{stem}-{number}.tfstate"
    with explain_os_errors("move", path):
        try:
            path.rename(place)
        except FileNotFoundError:
            return None
        place.chmod(0o600)
    return place


def _keep(workspace: Workspace, layer: str, facts: StateFacts, content: bytes) -> None:
    kept, mark = list_kept(workspace, layer), _mark_of(facts.lineage)
    for item in kept:
        if (item.serial, item.mark) == (facts.serial, mark) and _holds(item.path, content):
            return
    directory = make_private_directory(workspace.states / layer)
    number = kept[0].number + 1 if kept else 1
    name = f"{number:04}-serial-{facts.serial}-{mark}-{datetime.now(UTC):{_TIME}}.tfstate"
    write_atomically(directory / name, content)
    for item in kept[_MOST - 1 :]:
        item.path.unlink(missing_ok=True)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _mark_of(lineage: str) -> str:
    return hashlib.sha256(lineage.encode()).hexdigest()[:_MARK_CHARACTERS]


def _parse_name(path: Path, layer: str) -> KeptState | None:
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    number, serial, mark, when = found.groups()
    try:
        moment = datetime.strptime(when, _TIME).replace(tzinfo=UTC)
    except ValueError:  # a name that somebody made up
        return None
    return KeptState(path, layer, int(number), int(serial), mark, moment)


def _remedy(workspace: Workspace, layer: str, kept: Iterable[KeptState], lineage: str) -> str:
    """Return how a state can be put back, having looked that it can."""
    if newest := newest_readable(kept):
        return f"`matcha state restore` puts back {newest.sentence}"
    backup = workspace.layer(layer) / f"{OWN_STATE}.backup"
    facts = read_state_file(backup)
    if facts.has_resources and lineage in ("", facts.lineage):
        place = backup.relative_to(workspace.project)
        return f"`matcha state restore {place}` puts back what Terraform kept of it"
    return ""
