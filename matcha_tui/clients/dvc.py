"""DVC: the stack's remote becomes the default remote of the project's DVC repository."""

import os
import shutil
import subprocess
from pathlib import Path

from matcha_tui.clients.step import Outcome, Step

_NAME = "dvc"
_REMOTE = "matcha"
_SECONDS = 60


def connect_dvc(project: Path, remote_url: str | None) -> Step:
    """Make the stack's remote the default one.

    Args:
        project: The folder that has, or has not, a DVC repository.
        remote_url: Where the remote is; ``None`` when the stack has none.
    """
    if remote_url is None:
        return Step(_NAME, Outcome.SKIPPED, "the stack has no data version control")
    if not (project / ".dvc").is_dir():
        return Step(
            _NAME,
            Outcome.SKIPPED,
            "this folder is no DVC repository; run `dvc init` to make it one",
        )
    program = shutil.which("dvc")
    if program is None:
        return Step(_NAME, Outcome.SKIPPED, "there is no dvc on PATH; install it: pip install dvc")
    url = _portable(project, remote_url)
    try:
        known = _settings(_run(program, project, "config", "--list", "--project"))
        default = known.get("core.remote")
        present = known.get(f"remote.{_REMOTE}.url")
        if default == _REMOTE and present and _is_same(project, present, remote_url):
            return Step(_NAME, Outcome.UNCHANGED, f"its default remote is {_REMOTE}")
        _run(program, project, "remote", "add", "--force", "--default", _REMOTE, url)
    except subprocess.SubprocessError as error:
        return Step(_NAME, Outcome.FAILED, _last_line(error))
    instead = f" instead of {default}" if default not in (None, _REMOTE) else ""
    return Step(_NAME, Outcome.DONE, f"its default remote is now {_REMOTE}{instead}: {url}")


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
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    return finished.stdout


def _last_line(error: subprocess.SubprocessError) -> str:
    lines = (getattr(error, "stderr", None) or "").strip().splitlines()
    return lines[-1] if lines else str(error)
