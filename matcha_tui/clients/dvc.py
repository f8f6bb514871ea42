"""DVC: the stack's remote becomes the default remote of the project's DVC repository."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.clients.connection import Outcome, ToolConnection
from matcha_tui.clients.dvc_secret import LOCAL_SETTINGS, set_connection_string
from matcha_tui.clients.git import is_tracked, keep_out_of_git

_NAME = "dvc"
_REMOTE = "matcha"
_SECONDS = 60


def connect_dvc(project: Path, remote: Mapping[str, str] | None) -> ToolConnection:
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
        said += _set_remote(program, project, remote)
    except subprocess.SubprocessError as error:
        return ToolConnection(_NAME, Outcome.FAILED, _last_line(error))
    if secret:  # last: DVC refuses a connection string for a remote that it does not know yet
        said += _keep_secret(folder, secret)
    if not said:
        return ToolConnection(_NAME, Outcome.UNCHANGED, f"its default remote is {_REMOTE}")
    return ToolConnection(_NAME, Outcome.DONE, "; ".join(said))


def _set_remote(program: str, project: Path, remote: Mapping[str, str]) -> list[str]:
    """Write the settings that are committed, and return what was changed."""
    wanted, account = remote["remote-url"], remote.get("account-name")
    url = _portable(project, wanted)
    known = _settings(_run(program, project, "config", "--list", "--project"))
    default = known.get("core.remote")
    present = known.get(f"remote.{_REMOTE}.url")
    present_account = known.get(f"remote.{_REMOTE}.account_name")
    said = []
    if default != _REMOTE or not present or not _is_same(project, present, wanted):
        _run(program, project, "remote", "add", "--force", "--default", _REMOTE, url)
        present_account = None  # replaced, with all else that was known of the remote
        instead = f" instead of {default}" if default not in (None, _REMOTE) else ""
        said.append(f"its default remote is now {_REMOTE}{instead}: {url}")
    if account and present_account != account:
        _run(program, project, "remote", "modify", _REMOTE, "account_name", account)
        said.append(f"its account is {account}")
    return said


def _keep_secret(folder: Path, secret: str) -> list[str]:
    ignored = keep_out_of_git(folder, LOCAL_SETTINGS)
    written = set_connection_string(folder, _REMOTE, secret)
    said = [f"wrote its connection string to .dvc/{LOCAL_SETTINGS}"] if written else []
    return [*said, f"added {LOCAL_SETTINGS} to .dvc/.gitignore"] if ignored else said


def _remove_secret(folder: Path) -> list[str]:
    """Take away what an earlier remote left: with it, DVC refuses one that is a folder."""
    forgotten = set_connection_string(folder, _REMOTE, None)
    return [f"took an old connection string from .dvc/{LOCAL_SETTINGS}"] if forgotten else []


def _portable(project: Path, url: str) -> str:
    """Return a folder of the project relative to it: DVC's settings are committed."""
    path = Path(url)
    return str(path.relative_to(project)) if path.is_relative_to(project) else url


def _is_same(project: Path, present: str, wanted: str) -> bool:
    return present == wanted or (project / ".dvc" / present).resolve() == Path(wanted).resolve()


def _settings(printed: str) -> dict[str, str]:
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
