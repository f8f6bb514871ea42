"""The services' logs: kept from growing, and read from the end or from a time on.

A service writes to its log file itself. Through a pipe to the supervisor, as is usual, it
would lose its standard output, and perhaps its life, together with the supervisor.
So its supervisor looks at the size of the file now and then, and notes it with the time: lines
of servers have no time of their own, or each another one.
"""

import codecs
import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors

LOG_BYTES = 5 * 1024 * 1024
"""A log that has grown past this is put aside as ``log.1``."""

_TAIL_BYTES = 64 * 1024
_PAUSE_SECONDS = 0.3


def open_log(log: Path) -> int:
    """Open a log for appending, private to its owner."""
    with explain_os_errors("write", log):
        return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE_MODE)


def note_size(log: Path, now: float) -> None:
    """Note how much is in a log at a time, in seconds since the epoch, if that has changed."""
    size = log.stat().st_size if log.exists() else 0
    noted = _noted_sizes(log)
    if size and (not noted or noted[-1][1] != size):
        descriptor = open_log(_times(log))
        with os.fdopen(descriptor, "w", encoding="ascii") as times:
            times.write(f"{now:.0f} {size}\n")


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Put a grown log aside; its writers go on in the emptied file."""
    if not log.exists() or log.stat().st_size <= limit:
        return
    copy = os.open(_aside(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE_MODE)
    with os.fdopen(copy, "wb") as aside, log.open("rb") as grown:
        shutil.copyfileobj(grown, aside)
    os.truncate(log, 0)
    if _times(log).exists():
        _times(log).replace(_times(_aside(log)))


def tail(log: Path, lines: int, start: int = 0, began: float | None = None) -> list[str]:
    """Return the last lines of a log.

    Args:
        log: The file, which need not exist.
        lines: At most so many.
        start: Only what was written behind that position.
        began: When the log had that size, in seconds since the epoch: what was put aside since
            counts as well.
    """
    aside = _aside(log)
    if began is None or not aside.exists() or aside.stat().st_mtime < began:
        return _tail_of(log, lines, start)
    return [*_tail_of(aside, lines, start), *_tail_of(log, lines, 0)][-lines:]


def _tail_of(log: Path, lines: int, start: int) -> list[str]:
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


def read_log(
    log: Path, since: float | None = None, lines: int | None = None, *, follow: bool = False
) -> Iterator[str]:
    """Yield what is in a log with its rotated part, in whole lines.

    Args:
        log: The file, which is there.
        since: Only what was written from then on, in seconds since the epoch; to a minute.
        lines: Only so many at the end.
        follow: Whether to go on without an end; the file may be rotated meanwhile. An empty
            text now and then lets whoever reads end.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with explain_os_errors("read", log), log.open("rb") as content:
        put_aside = _last_changed(_aside(log))
        before = _read_from(_aside(log), since)
        content.seek(_position(log, since))
        now = content.read()
        position = content.tell()
        text = decoder.decode(before + now)
        if lines is not None:
            text = "".join(deque(text.splitlines(keepends=True), maxlen=lines))
        whole, newline, rest = text.rpartition("\n")
        if newline:
            yield whole + newline
        while follow:
            time.sleep(_PAUSE_SECONDS)
            block, changed = b"", _last_changed(_aside(log))
            if changed != put_aside:
                block, position, put_aside = _read_after(_aside(log), position), 0, changed
            elif os.fstat(content.fileno()).st_size < position:  # emptied by somebody
                position = 0
            more = os.pread(content.fileno(), LOG_BYTES, position)
            position += len(more)
            whole, newline, rest = (rest + decoder.decode(block + more)).rpartition("\n")
            yield whole + newline  # nothing, too, so that whoever reads may end
    if rest:
        yield f"{rest}\n"


def _aside(log: Path) -> Path:
    return log.with_name(f"{log.name}.1")


def _times(log: Path) -> Path:
    return log.with_name(f"{log.name}.times")


def _noted_sizes(log: Path) -> list[tuple[float, int]]:
    """Return what `note_size` has noted: time and size, in their order."""
    try:
        lines = _times(log).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    pairs = [line.split() for line in lines]
    return [(float(pair[0]), int(pair[1])) for pair in pairs if _is_noted(pair)]


def _is_noted(pair: list[str]) -> bool:
    return len(pair) == 2 and all(word.isdecimal() for word in pair)


def _position(log: Path, since: float | None) -> int:
    """Return where in a log that begins which was written from then on."""
    if since is None:
        return 0
    if log.stat().st_mtime < since:
        return log.stat().st_size
    return max((size for noted, size in _noted_sizes(log) if noted <= since), default=0)


def _last_changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def _read_from(log: Path, since: float | None) -> bytes:
    return _read_after(log, _position(log, since)) if log.exists() else b""


def _read_after(log: Path, position: int) -> bytes:
    try:
        with log.open("rb") as content:
            content.seek(position)
            return content.read()
    except FileNotFoundError:
        return b""
