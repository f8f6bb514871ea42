"""The project's ``.env``: a marked block of ours among the user's own lines."""

import hashlib
import re
import stat
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.dotenv import find_obstacle, is_plain, write_value
from matcha_tui.clients.git import is_tracked, keep_out_of_git, stop_ignoring
from matcha_tui.clients.lines import with_end
from matcha_tui.stack.usage import ClientVariable
from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically

_NAME = ".env"
_BEGIN = "# >>> matcha: written by `matcha connect`; your own lines go outside >>>"
_END = "# <<< matcha <<<"
_SHARED_FILE_MODE = 0o644


def connect_env_file(
    project: Path, variables: Sequence[ClientVariable], note: Note = NO_NOTE
) -> ToolConnection:
    """Write the stack's variables into ``.env``, and leave every other byte as it is."""
    path = (project / _NAME).resolve()  # a link stays a link
    secret = any(variable.secret for variable in variables)
    if not variables:
        return ToolConnection(
            _NAME, Outcome.SKIPPED, "the stack has nothing that clients read there"
        )
    if secret and is_tracked(project, _NAME):
        return ToolConnection(
            _NAME,
            Outcome.FAILED,
            "git tracks it, and the stack's secrets would be committed with it; run: "
            f"git rm --cached {_NAME}",
        )
    refusals = [text for variable in variables if (text := _refusal(variable))]
    if refusals:
        return ToolConnection(_NAME, Outcome.FAILED, f"nothing was written: {'; '.join(refusals)}")
    before = _read(path)
    after = _with_block(before or b"", variables)
    if after is None:
        return ToolConnection(
            _NAME, Outcome.FAILED, f"the line {_BEGIN!r} has no {_END!r} after it"
        )
    ignored = secret and keep_out_of_git(project, _NAME)
    note = {
        "lines": [_digest(row) for row in _rows(variables)],
        "is_new": note.get("is_new", before is None),
        "ignored": note.get("ignored", False) or ignored,
    }
    mode = _mode(path, secret)
    is_same = before == after and stat.S_IMODE(path.stat().st_mode) == mode
    if not is_same:
        write_atomically(path, after, mode)
    names = ", ".join(variable.name for variable in variables)
    said = [f"it has {names}" if is_same else f"wrote {names}"]
    if ignored:
        said.append(f"added {_NAME} to .gitignore")
    said += _notes(after, variables)
    outcome = Outcome.UNCHANGED if is_same and not ignored else Outcome.DONE
    return ToolConnection(_NAME, outcome, "; ".join(said), note)


def disconnect_env_file(project: Path, note: Note) -> ToolConnection:
    """Take our lines out of ``.env``; lines within the block that were changed since stay."""
    path = (project / _NAME).resolve()
    before = _read(path)
    found = _find_block(before) if before is not None else None
    if before is None or found is None:
        return ToolConnection(_NAME, Outcome.UNCHANGED, "it has no lines of matcha's")
    lines, block = found
    inside = lines[block.start + 1 : block.stop - 1]
    stay = [line for line in inside if _digest(_text(line)) not in note["lines"]]
    after = b"".join([*lines[: block.start], *stay, *lines[block.stop :]])
    said = [f"took {len(inside) - len(stay)} variables from it"]
    if after or not note["is_new"]:
        write_atomically(path, after, stat.S_IMODE(path.stat().st_mode))
    else:
        path.unlink()
        said = ["deleted it: it had nothing else"]
        if note["ignored"] and stop_ignoring(project, _NAME):
            said.append(f"took {_NAME} from .gitignore")
    if stay:
        said.append(f"left {len(stay)} lines that were changed since")
    return ToolConnection(_NAME, Outcome.DONE, "; ".join(said))


def _rows(variables: Sequence[ClientVariable]) -> list[str]:
    return [f"{item.name}={write_value(item.value)}" for item in variables]


def _digest(row: str) -> str:
    """Return what tells a line from another one, and no secret."""
    return hashlib.sha256(row.encode(errors="surrogateescape")).hexdigest()


def _text(line: bytes) -> str:
    return line.decode(errors="surrogateescape").rstrip("\r\n")


def _find_block(text: bytes) -> tuple[list[bytes], range] | None:
    """Return the lines of a file, and the places of those of our block."""
    lines = BytesIO(text).readlines()  # bytes.splitlines() would cut at a lone CR, too
    bare = [_text(line) for line in lines]
    if _BEGIN not in bare or _END not in bare[bare.index(_BEGIN) :]:
        return None
    start = bare.index(_BEGIN)
    return lines, range(start, bare.index(_END, start) + 1)


def _refusal(variable: ClientVariable) -> str | None:
    """Return why no reader of ``.env`` would find a value, without showing it."""
    obstacle = find_obstacle(variable.value)
    return obstacle and (
        f"{variable.name} has {obstacle}, which shells and readers of {_NAME} take differently; "
        "choose another value, or use `matcha env --show-sensitive`"
    )


def _with_block(text: bytes, variables: Sequence[ClientVariable]) -> bytes | None:
    """Return the text with our block in its old place, or else at its end.

    The block's lines end with LF even among lines that end with CRLF: sh would take the CR
    for a part of the value, and all other readers take either.
    """
    block = "".join(f"{row}\n" for row in (_BEGIN, *_rows(variables), _END)).encode()
    found = _find_block(text)
    if found is None:
        is_open = _BEGIN in map(_text, BytesIO(text).readlines())
        return None if is_open else with_end(text) + block
    lines, place = found
    return b"".join([*lines[: place.start], block, *lines[place.stop :]])


def _notes(text: bytes, variables: Sequence[ClientVariable]) -> list[str]:
    """Return what the user may stumble over: quotes that docker keeps, lines that win over ours."""
    notes = []
    quoted = [item.name for item in variables if not is_plain(item.value)]
    if quoted:
        notes.append(f"`docker --env-file` would keep the quotes of {', '.join(quoted)}")
    below = text.partition(_END.encode())[2]
    for item in variables:
        name = re.escape(item.name).encode()
        if re.search(rb"(?m)^[ \t]*(export[ \t]+)?" + name + rb"[ \t]*=", below):
            notes.append(f"a line of yours below sets {item.name}, too, and counts instead")
    return notes


def _read(path: Path) -> bytes | None:
    if not path.exists():
        return None
    with explain_os_errors("read", path):
        return path.read_bytes()


def _mode(path: Path, secret: bool) -> int:
    present = stat.S_IMODE(path.stat().st_mode) if path.exists() else _SHARED_FILE_MODE
    return present & PRIVATE_FILE_MODE if secret else present
