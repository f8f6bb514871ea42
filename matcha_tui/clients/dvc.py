"""DVC: the stack's remote becomes the default remote of the project's DVC repository.

A folder of this machine is written to ``.dvc/config.local``, which git never has; what colleagues
can reach, to ``.dvc/config``, which is committed.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.dvc_secret import LOCAL_SETTINGS, set_connection_string
from matcha_tui.clients.git import is_tracked, keep_out_of_git

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
