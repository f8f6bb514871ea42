"""Changes what a TOML text says, and leaves everything else in it as it stands.

tomlkit joins a table that is written in several pieces (dotted keys, ``[a.b]`` before
``[a]``) into a proxy, whose edits fail or lose keys (0.15.2). So each piece is edited by
itself here, and a table that is new is written at the end of the text.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tomli_w

from matcha_tui.system.files import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import InlineTable, Item, Key, Table

_Path = tuple[str, ...]


def edit_toml(source: str, desired: Mapping[str, Any]) -> str:
    r"""Change a TOML text so that it says what is desired.

    Only keys whose value differs are written; comments, order, blank lines, the ends of
    lines, a byte-order mark, dotted keys and inline tables stay. A table that loses its last
    key goes with it, unless a comment stands in it or `desired` has it, empty.

    Returns:
        The text, which says what is desired, but for empty tables that hold a comment.

    Example:
        >>> edit_toml("port = 1 # ours\n", {"port": 2})
        'port = 2 # ours\n'
    """
    import tomlkit  # late: most commands only read

    mark = BYTE_ORDER_MARK if source.startswith(BYTE_ORDER_MARK) else ""
    text = source.removeprefix(mark)
    is_windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    if is_windows:  # tomlkit ends each new line with \n alone
        text = text.replace("\r\n", "\n")
    end = "" if not text or text.endswith("\n") else "\n"  # tomlkit adds keys behind the last line
    document = tomlkit.parse(text + end)
    new_tables = _edit_table(document, (), tomllib.loads(text), desired)
    _drop_empty(document, desired)
    edited = document.as_string()
    if new_tables:
        edited += ("\n" if edited else "") + tomli_w.dumps(new_tables)
    elif end:
        edited = edited.removesuffix(end)
    return mark + (edited.replace("\n", "\r\n") if is_windows else edited)


def _edit_table(
    document: "TOMLDocument", path: _Path, current: Mapping[str, Any], desired: Mapping[str, Any]
) -> dict[str, Any]:
    """Edit one table and those below it; return what has to be written as new tables."""
    pieces = [piece for piece in _pieces(document) if piece.path == path]
    new_tables: dict[str, Any] = {}
    for key, value in current.items():
        wanted = desired.get(key, {} if isinstance(value, Mapping) else None)
        if isinstance(value, Mapping) and isinstance(wanted, Mapping):
            if below := _edit_table(document, (*path, key), value, wanted):
                new_tables[key] = below
        elif isinstance(value, Mapping) or isinstance(wanted, Mapping) or key not in desired:
            for piece in pieces:
                if piece.has(key):
                    piece.table.remove(key)
        elif type(wanted) is not type(value) or wanted != value:
            next(piece for piece in pieces if piece.has(key)).table[key] = wanted
    for key, value in desired.items():
        was = current.get(key)
        if was is not None and isinstance(was, Mapping) == isinstance(value, Mapping):
            continue
        takers = [piece for piece in pieces if piece.takes(value)]
        if takers:
            takers[-1].table[key] = value
        else:
            new_tables[key] = value
    return new_tables


@dataclass(frozen=True, slots=True)
class _Piece:
    """One of the places in which a table is written."""

    path: _Path
    table: "TOMLDocument | Table | InlineTable"
    is_inline: bool = False
    is_implied: bool = False  # only named by the headers of the tables below it

    def has(self, key: str) -> bool:
        return any(name is not None and name.key == key for name, _ in _body(self.table))

    def takes(self, value: object) -> bool:
        """Return whether a new key of this value can be written here."""
        return self.is_inline if isinstance(value, Mapping) else not self.is_implied


def _pieces(document: "TOMLDocument") -> Iterator[_Piece]:
    from tomlkit.items import InlineTable, Table

    def below(path: _Path, table: "TOMLDocument | Table | InlineTable") -> Iterator[_Piece]:
        for key, item in _body(table):
            if key is None or not isinstance(item, Table | InlineTable):
                continue
            is_implied = isinstance(item, Table) and item.is_super_table() and not key.is_dotted()
            piece = _Piece((*path, key.key), item, isinstance(item, InlineTable), is_implied)
            yield piece
            yield from below(piece.path, item)

    yield _Piece((), document)
    yield from below((), document)


def _body(table: "TOMLDocument | Table | InlineTable") -> "list[tuple[Key | None, Item]]":
    from tomlkit import TOMLDocument

    return table.body if isinstance(table, TOMLDocument) else table.value.body


def _drop_empty(
    table: "TOMLDocument | Table | InlineTable", desired: Mapping[str, Any] | None
) -> None:
    """Take out each table that is not desired and holds nothing any more, not even a comment."""
    from tomlkit.items import Comment, InlineTable, Null, Table

    body = _body(table)
    for index, (key, item) in enumerate(body):
        if key is None or not isinstance(item, Table | InlineTable):
            continue
        wanted = (desired or {}).get(key.key)
        _drop_empty(item, wanted)
        is_held = item.trivia.comment or any(
            name is not None or isinstance(inner, Comment) for name, inner in _body(item)
        )
        if wanted is None and not is_held:
            body[index] = (None, Null())
