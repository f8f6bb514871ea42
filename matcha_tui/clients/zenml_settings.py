"""Which server ZenML's client talks to: its own settings, read and put back without ZenML.

ZenML's client writes the server, the active stack and a login into files of the user, which
would go on naming a server that is gone. Its files are those of ZenML 0.98: ``config.yaml`` and
``credentials.yaml`` in the user's configuration, ``.zen/config.yaml`` in a repository.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcha_tui.clients.connection import Note
from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically

ZenMLFiles = Mapping[str, Mapping[str, Any]]
"""Path to what the file says."""

_CONFIG, _CREDENTIALS = "config.yaml", "credentials.yaml"
_NEVER_OURS = ("analytics_opt_in", "version")


def read_settings(project: Path) -> ZenMLFiles:
    """Return what each file of the client says that there is."""
    return {str(path): _read(path) for path in _files(project) if path.is_file()}


def describe_changes(before: ZenMLFiles, after: ZenMLFiles, note: Note) -> Note:
    """Return what has been written since, to be put back.

    Args:
        before: What the files said.
        after: What they say now.
        note: What an earlier connection has left to be put back.

    Returns:
        Path to key to what it was, and to what it is. Secrets are digested away: of
        a login only the server is kept.
    """
    known = dict(note.get("files", {}))
    for path, content in after.items():
        old = before.get(path, {})
        entries = dict(known.get(path, {}))
        for key, value in content.items():
            if key in _NEVER_OURS or old.get(key) == value:
                continue
            first = entries[key]["before"] if key in entries else old.get(key)
            is_login = Path(path).name == _CREDENTIALS
            kept = (None, None) if is_login else (first, value)
            entries[key] = dict(zip(("before", "after"), kept, strict=True))
        if entries:
            known[path] = entries
    return {"files": known}


def restore_settings(note: Note) -> list[Path]:
    """Put back what has not been changed since, and return the files in which that was."""
    restored = []
    for name, entries in note["files"].items():
        path = Path(name)
        if not path.is_file():
            continue
        content, changed = _read(path), False
        for key, entry in entries.items():
            is_login = path.name == _CREDENTIALS
            if key not in content or (not is_login and content[key] != entry["after"]):
                continue
            changed = True
            if entry["before"] is None:
                del content[key]
            else:
                content[key] = entry["before"]
        if changed:
            _write(path, content)
            restored.append(path)
    return restored


def _files(project: Path) -> list[Path]:
    own = os.environ.get("ZENML_CONFIG_PATH")
    if own:
        folder = Path(own)
    else:
        import platformdirs  # late: few commands need it

        folder = platformdirs.user_config_path("zenml", appauthor=False)
    repository = (parent / ".zen" / _CONFIG for parent in (project, *project.parents))
    return [folder / _CONFIG, folder / _CREDENTIALS, *filter(Path.is_file, repository)][:3]


def _read(path: Path) -> dict[str, Any]:
    import yaml

    with explain_os_errors("read", path):
        text = path.read_text(encoding="utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    import yaml

    mode = stat.S_IMODE(path.stat().st_mode)
    private = mode & PRIVATE_FILE_MODE if path.name == _CREDENTIALS else mode
    write_atomically(path, yaml.safe_dump(dict(content)), private)
