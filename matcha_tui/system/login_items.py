"""What this user's session starts at login: a systemd user unit, or a launchd agent on macOS.

The formats are those of systemd.service(5) and launchd.plist(5).
"""

import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically

_START_SECONDS = 600
_ANSWER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class LoginItem:
    """One program that is started at login.

    Attributes:
        name: As it is called among all; letters, digits, ``-`` and ``_``.
        title: What it is, for people.
        command: Program and arguments.
        folder: Where it is started.
        variables: Environment variables that it is started with.
    """

    name: str
    title: str
    command: Sequence[str]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)


def item_file(name: str) -> Path:
    """Return the file that says what is started; it need not exist."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library/LaunchAgents" / f"io.{name}.plist"
    settings = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    folder = settings if settings.is_absolute() else home / ".config"
    return folder / "systemd/user" / f"{name}.service"


def add_item(item: LoginItem) -> Path:
    """Have a program started at each login from the next on.

    Returns:
        The file that was written.

    Raises:
        MatchaError: If nothing on this machine starts programs at login, or it refuses.
    """
    path = item_file(item.name)
    if sys.platform == "darwin":
        make_private_directory(path.parent)
        write_atomically(path, format_agent(item))
        return path
    _systemctl("is-system-running", accept_failure=True)
    make_private_directory(path.parent)
    write_atomically(path, format_unit(item))
    try:
        _systemctl("daemon-reload")
        _systemctl("enable", path.name)
    except MatchaError:
        path.unlink(missing_ok=True)
        raise
    return path


def remove_item(name: str) -> bool:
    """Have it started no longer; what runs goes on.

    Returns:
        Whether it was there.
    """
    path = item_file(name)
    if not path.exists():
        return False
    if sys.platform != "darwin":
        _systemctl("disable", path.name, accept_failure=True)
    with explain_os_errors("delete", path):
        path.unlink(missing_ok=True)
    if sys.platform != "darwin":
        _systemctl("daemon-reload", accept_failure=True)
    return True


def format_unit(item: LoginItem) -> str:
    """Write a systemd unit; the processes that it leaves behind are ended at logout."""
    variables = [f"Environment={_quote(f'{name}={text}')}" for name, text in item.variables.items()]
    lines = [
        "[Unit]",
        f"Description={_escape(item.title)}",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        f"WorkingDirectory={_escape(str(item.folder))}",
        *variables,
        f"ExecStart={' '.join(map(_quote, item.command))}",
        f"TimeoutStartSec={_START_SECONDS}",
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def format_agent(item: LoginItem) -> bytes:
    """Write a launchd agent; what it starts goes on when it has ended itself."""
    return plistlib.dumps(
        {
            "Label": f"io.{item.name}",
            "ProgramArguments": list(item.command),
            "WorkingDirectory": str(item.folder),
            "EnvironmentVariables": dict(item.variables),
            "RunAtLoad": True,
            "AbandonProcessGroup": True,
        }
    )


def _quote(text: str) -> str:
    """Write a word as ExecStart reads it: it knows C's escapes, % and $."""
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("$", "$$")):
        text = text.replace(character, escaped)
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _systemctl(*arguments: str, accept_failure: bool = False) -> None:
    program = shutil.which("systemctl")
    if program is None:
        raise _no_systemd("there is no systemctl")
    try:
        finished = subprocess.run(
            [program, "--user", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_systemd("systemctl does not answer") from error
    said = finished.stderr.strip() or finished.stdout.strip()
    if "connect to bus" in said or "has not been booted with systemd" in said:
        raise _no_systemd(said.splitlines()[0])
    if finished.returncode != 0 and not accept_failure:
        raise MatchaError(f"systemctl --user {' '.join(arguments)} failed: {said}")


def _no_systemd(reason: str) -> MatchaError:
    return MatchaError(
        f"nothing on this machine starts programs at login: {reason}",
        hint="Where systemd does not run, as in a container, have your own start-up file run"
        " `matcha start` in the project's folder.",
        exit_code=ExitCode.REFUSED,
    )
