"""The services' logs: kept from growing, and read from the end.

A service writes to its log file itself. Through a pipe to the supervisor, as is usual, it
would lose its standard output, and perhaps its life, together with the supervisor.
So its supervisor looks at the size of the file now and then.
"""

import os
import shutil
from collections import deque
from pathlib import Path

from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors

LOG_BYTES = 5 * 1024 * 1024
"""A log that has grown past this is put aside as ``log.1``."""

_TAIL_BYTES = 64 * 1024


def open_log(log: Path) -> int:
    """Open a log for appending, private to its owner."""
    with explain_os_errors("write", log):
        return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE_MODE)


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Put a grown log aside; its writers go on in the emptied file."""
    if not log.exists() or log.stat().st_size <= limit:
        return
    copy = os.open(f"{log}.1", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE_MODE)
    with os.fdopen(copy, "wb") as aside, log.open("rb") as grown:
        shutil.copyfileobj(grown, aside)
    os.truncate(log, 0)


def tail(log: Path, lines: int, start: int = 0) -> list[str]:
    """The last lines of a log."""
    try:
        with log.open("rb") as content:
            end = content.seek(0, os.SEEK_END)
            if start > end:  # rotated meanwhile
                start = 0
            content.seek(max(start, end - _TAIL_BYTES))
            text = content.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return []
    return list(deque(text.splitlines(), maxlen=lines))
