"""The register: every deployment of this user on this machine, one small file each.

A run writes it with the record. So what is deployed is found though its folder, or all that
matcha knew in it, is gone.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.project.record import Record, read_record
from matcha_tui.project.workspace import Workspace
from matcha_tui.system.files import (
    explain_os_errors,
    make_private_directory,
    user_state,
    write_atomically,
)

_DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Registered:
    """One deployment, as the last run that changed it wrote it down.

    Attributes:
        folder: The project's.
        target: Where it is.
        modules: Module type to flavor.
        changed: When, ISO 8601 in UTC.
    """

    folder: Path
    target: str
    modules: Mapping[str, str]
    changed: str

    @property
    def workspace(self) -> Workspace:
        """The project's paths, which need not exist."""
        return Workspace(self.folder)


def register(workspace: Workspace, record: Record) -> None:
    """Write down that something is deployed from a folder, or that nothing is any more."""
    path = _file(workspace.project)
    if record.is_gone:
        unregister(workspace)
        return
    content = {
        "folder": os.fsdecode(workspace.project),
        "target": record.target,
        "modules": dict(record.modules),
        "changed": record.changed,
    }
    make_private_directory(path.parent)
    write_atomically(path, json.dumps(content, indent=2) + "\n")


def unregister(workspace: Workspace) -> None:
    """Write down that nothing is deployed from a folder."""
    path = _file(workspace.project)
    with explain_os_errors("remove", path):
        path.unlink(missing_ok=True)


def find_registered(workspace: Workspace) -> Registered | None:
    """Return what is written down of one folder; a damaged entry is none."""
    return _read(_file(workspace.project))


def read_register() -> tuple[Registered, ...]:
    """Return every deployment that is written down, by folder; a damaged entry is none."""
    found = filter(None, map(_read, _folder().glob("*.json")))
    return tuple(sorted(found, key=lambda entry: entry.folder))


def is_registered(workspace: Workspace) -> bool:
    """Return whether a folder's record is the very one that a run wrote down here."""
    record, entry = None, find_registered(workspace)
    with suppress(MatchaError):  # a damaged record is no proof
        record = read_record(workspace)
    if record is None or entry is None:
        return False
    known = (entry.target, dict(entry.modules), entry.changed)
    return known == (record.target, dict(record.modules), record.changed)


def _read(path: Path) -> Registered | None:
    try:
        content = json.loads(path.read_bytes())
        return Registered(
            Path(content["folder"]),
            str(content["target"]),
            {str(slot): str(flavor) for slot, flavor in content["modules"].items()},
            str(content["changed"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folder() -> Path:
    return user_state(os.environ) / "deployments"


def _file(project: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:_DIGEST_CHARACTERS]
    return _folder() / f"{digest}.json"
