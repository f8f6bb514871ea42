"""DVC: the stack's remote becomes the default remote of the project's DVC repository.

A folder of this machine is written to ``.dvc/config.local``, which git never has; what colleagues
can reach, to ``.dvc/config``, which is committed.

The secret among them is edited here, because ``dvc remote modify`` would take it from its command
line, which every user can read.
"""

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.git import is_tracked, keep_out_of_git
from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically

LOCAL_SETTINGS = "config.local"
"""The file's name, within ``.dvc``."""

_HEADER = re.compile(r"\s*\[")
_KEY = re.compile(r"""\s*(['"]?)connection_string\1\s*=""")
_PLAIN = re.compile(r"[\w;:=/+.-]+", re.ASCII)  # what the file's format takes without quotes


def set_connection_string(dvc_folder: Path, remote: str, value: str | None) -> bool:
    """Write the connection string of a remote, or take it away; every other line stays.

    Returns:
        Whether that changed anything.
    """
    path = (dvc_folder / LOCAL_SETTINGS).resolve()  # a link stays a link
    before, mode = "", PRIVATE_FILE_MODE
    if path.exists():
        with explain_os_errors("read", path):
            before = path.read_bytes().decode(errors="surrogateescape")
            mode = stat.S_IMODE(path.stat().st_mode)
    lines = before.splitlines(keepends=True)
    after = "".join(_without(lines, remote) if value is None else _with(lines, remote, value))
    private = mode if value is None else mode & PRIVATE_FILE_MODE
    if after == before and private == mode and (path.exists() or value is None):
        return False
    write_atomically(path, after.encode(errors="surrogateescape"), private)
    return True


def _with(lines: list[str], remote: str, value: str) -> list[str]:
    line = f"    connection_string = {value if _PLAIN.fullmatch(value) else _quote(value)}\n"
    section = _find_section(lines, remote)
    if section is None:
        return [*_ended(lines), f"['remote \"{remote}\"']\n", line]
    present = _find_key(lines, section)
    if present is None:
        return [*_ended(lines[: section.start]), line, *lines[section.start :]]
    return [*lines[:present], line, *lines[present + 1 :]]


def _without(lines: list[str], remote: str) -> list[str]:
    section = _find_section(lines, remote)
    present = None if section is None else _find_key(lines, section)
    if section is None or present is None:
        return lines
    others = [lines[place] for place in section if place != present]
    header = lines[section.start - 1 : section.start] if any(map(str.strip, others)) else []
    return [*lines[: section.start - 1], *header, *others, *lines[section.stop :]]


def _find_section(lines: list[str], remote: str) -> range | None:
    """Return the places of a remote's own lines, below its header."""
    header = re.compile(rf"""\s*\[\s*(['"]?)remote\s+"{re.escape(remote)}"\1\s*\]""")
    starts = [place for place, line in enumerate(lines) if header.match(line)]
    if not starts:
        return None
    first = starts[0] + 1
    following = (place for place in range(first, len(lines)) if _HEADER.match(lines[place]))
    return range(first, next(following, len(lines)))


def _find_key(lines: list[str], section: range) -> int | None:
    return next((place for place in section if _KEY.match(lines[place])), None)


def _ended(lines: list[str]) -> list[str]:
    """Return lines that more can follow."""
    return lines if not lines or lines[-1].endswith("\n") else [*lines[:-1], lines[-1] + "\n"]


def _quote(value: str) -> str:
    return f'"{value}"' if '"' not in value else f"'{value}'"


_NAME = "dvc"
_REMOTE = "matcha"
_SECONDS = 60
_LEVELS = ("--local", "--project")
_DEFAULT, _URL, _ACCOUNT = "core.remote", f"remote.{_REMOTE}.url", f"remote.{_REMOTE}.account_name"


def connect_dvc(
    project: Path, remote: Mapping[str, str] | None, note: Note = NO_NOTE
) -> ToolConnection:
    """Make the stack's remote the default one."""
    if remote is None or "remote-url" not in remote:
        return ToolConnection(_NAME, Outcome.SKIPPED, "the stack has no data version control")
    folder, secret = project / ".dvc", remote.get("connection-string")
    if not folder.is_dir():
        return ToolConnection(
            _NAME,
            Outcome.SKIPPED,
            "this folder is no DVC repository; run `dvc init` to make it one",
        )
    program = shutil.which("dvc")
    if program is None:
        package = "'dvc[azure]'" if remote["remote-url"].startswith("azure://") else "dvc"
        return ToolConnection(
            _NAME, Outcome.SKIPPED, f"there is no dvc on PATH; install it: pip install {package}"
        )
    if secret and is_tracked(folder, LOCAL_SETTINGS):
        return ToolConnection(
            _NAME,
            Outcome.FAILED,
            f"git tracks .dvc/{LOCAL_SETTINGS}, and the remote's secret would be committed with "
            f"it; run: git rm --cached .dvc/{LOCAL_SETTINGS}",
        )
    said = _remove_secret(folder) if secret is None else []
    try:
        changed, note = _set_remote(program, project, remote, note)
        said += changed
    except subprocess.SubprocessError as error:
        return ToolConnection(_NAME, Outcome.FAILED, _last_line(error))
    if secret:  # last: DVC refuses a connection string for a remote that it does not know yet
        said += _keep_secret(folder, secret)
    if not said:
        return ToolConnection(_NAME, Outcome.UNCHANGED, f"its default remote is {_REMOTE}", note)
    return ToolConnection(_NAME, Outcome.DONE, "; ".join(said), note)


def disconnect_dvc(project: Path, note: Note) -> ToolConnection:
    """Take the remote away, and make the one before it the default again."""
    program, level, default = shutil.which("dvc"), note["level"], note["default"]
    if not (project / ".dvc").is_dir():
        return ToolConnection(_NAME, Outcome.UNCHANGED, "this folder is no DVC repository")
    if program is None:
        return ToolConnection(
            _NAME, Outcome.SKIPPED, f"there is no dvc on PATH, so its remote {_REMOTE} stays"
        )
    try:
        known = _settings(program, project, level)
        if known.get(_URL) != note["url"]:
            present = known.get(_URL, "nothing")
            return ToolConnection(
                _NAME, Outcome.UNCHANGED, f"its remote {_REMOTE} is {present} by now, and stays"
            )
        _remove_secret(project / ".dvc")
        _run(program, project, "remote", "remove", level, _REMOTE)
        if known.get(_DEFAULT) == _REMOTE and default:
            _run(program, project, "config", level, _DEFAULT, default)
    except subprocess.SubprocessError as error:
        return ToolConnection(_NAME, Outcome.FAILED, _last_line(error))
    again = f"; its default remote is {default} again" if default else ""
    return ToolConnection(_NAME, Outcome.DONE, f"took its remote {_REMOTE} away{again}")


def _set_remote(
    program: str, project: Path, remote: Mapping[str, str], note: Note
) -> tuple[list[str], Note]:
    """Write where the remote is, on one level of DVC's settings.

    Returns:
        What was changed, and what there is to take back.
    """
    url, account = remote["remote-url"], remote.get("account-name")
    level, other = _LEVELS if Path(url).is_absolute() else reversed(_LEVELS)
    here, there = _settings(program, project, level), _settings(program, project, other)
    said = []
    # The two are read together, and what only one kind of remote has is refused for another.
    if _URL in there:
        _run(program, project, "remote", "remove", other, _REMOTE)
        said.append(f"its remote {_REMOTE} was {there[_URL]}")
    own = here.get(_DEFAULT)
    default = own or there.get(_DEFAULT)
    if here.get(_DEFAULT) != _REMOTE or here.get(_URL) != url:
        _run(program, project, "remote", "add", level, "--force", "--default", _REMOTE, url)
        here = {}  # replaced, with all else that was known of the remote
        instead = f" instead of {default}" if default not in (None, _REMOTE) else ""
        said.append(f"its default remote is now {_REMOTE}{instead}: {url}")
    if account and here.get(_ACCOUNT) != account:
        _run(program, project, "remote", "modify", level, _REMOTE, "account_name", account)
        said.append(f"its account is {account}")
    # On this level; one that is committed becomes the default again by itself.
    earlier = note.get("default") if own == _REMOTE else own
    return said, {"level": level, "url": url, "default": earlier}


def _keep_secret(folder: Path, secret: str) -> list[str]:
    ignored = keep_out_of_git(folder, LOCAL_SETTINGS)
    written = set_connection_string(folder, _REMOTE, secret)
    said = [f"wrote its connection string to .dvc/{LOCAL_SETTINGS}"] if written else []
    return [*said, f"added {LOCAL_SETTINGS} to .dvc/.gitignore"] if ignored else said


def _remove_secret(folder: Path) -> list[str]:
    """Take away what an earlier remote left: with it, DVC refuses one that is a folder."""
    forgotten = set_connection_string(folder, _REMOTE, None)
    return [f"took an old connection string from .dvc/{LOCAL_SETTINGS}"] if forgotten else []


def _settings(program: str, project: Path, level: str) -> dict[str, str]:
    printed = _run(program, project, "config", "--list", level)
    pairs = (line.partition("=") for line in printed.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _run(program: str, project: Path, *arguments: str) -> str:
    finished = subprocess.run(
        [program, *arguments],
        cwd=project,
        env=os.environ | {"DVC_NO_ANALYTICS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_SECONDS,
        check=True,
    )
    return finished.stdout


def _last_line(error: subprocess.SubprocessError) -> str:
    lines = (getattr(error, "stderr", None) or "").strip().splitlines()
    return lines[-1] if lines else str(error)
