"""The one place that reports a crash: a short sentence, and a private report on disk."""

import errno
import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from matcha_tui import __version__
from matcha_tui.errors import MatchaError
from matcha_tui.system.files import (
    current_folder,
    explain_os_error,
    explain_os_errors,
    make_private_directory,
    write_atomically,
)

_MACHINE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def explain_surroundings(error: BaseException) -> MatchaError | None:
    """Return what the user can do about an error that is no fault of ours, if it is one."""
    if isinstance(error, FileNotFoundError):
        try:
            current_folder()
        except MatchaError as gone:
            return gone
    if isinstance(error, RuntimeError) and not _has_home():
        return MatchaError(
            "your home folder is not known: HOME is not set, and the system has no entry for you",
            hint="Set it to a folder that you can write to: export HOME=...",
        )
    if isinstance(error, OSError) and error.errno in _MACHINE_ERRORS and error.filename:
        return explain_os_error("use", Path(os.fsdecode(error.filename)), error)
    return None


def _has_home() -> bool:
    try:
        Path.home()
    except RuntimeError:
        return False
    return True


def report_crash(error: BaseException, directory: Path) -> str:
    """Keep what a developer needs to fix an unexpected error.

    The report has the calls that led to it, and neither values of variables nor
    the error's own text, since either could hold a secret.

    Returns:
        One sentence for the user that names the report.
    """
    frames = traceback.extract_tb(error.__traceback__)
    report = "\n".join(
        [
            f"matcha-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {Path(sys.argv[0]).name}",
            f"error: {type(error).__module__}.{type(error).__qualname__}",
            *(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames),
            "",
        ]
    )
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}.txt"
    sentence = (
        f"matcha-tui met an error it did not expect ({type(error).__name__}). "
        "What was under way goes on; "
    )
    for find in (partial(make_private_directory, directory), _temporary_directory):
        try:
            path = find() / name
            write_atomically(path, report)
        except MatchaError:
            continue  # the folder is gone or full, and this must not be the next crash
        return f"{sentence}a report without secrets is in {path.absolute()}"
    return f"{sentence}there is no room for a report"


def _temporary_directory() -> Path:
    with explain_os_errors("create", Path("a temporary folder")):
        return Path(tempfile.mkdtemp(prefix="matcha-"))
