"""``.dvc/config.local``: the remote's secret, among the user's own lines.

DVC reads it after the committed settings and keeps it out of git. It is edited here, because
``dvc remote modify`` would take the secret from its command line, which every user can read.
"""

import re
import stat
from pathlib import Path

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
