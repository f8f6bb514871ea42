"""On which line of a TOML file each key is written.

No library says so for a valid file: tomllib (cpython issue 115516) and tomlkit (its issue
55) drop the lines, and tree-sitter would bring two compiled packages for them. The text
is known to be valid here, which leaves little to do: to split it into tokens, and to
follow headers, keys, arrays and inline tables.
"""

import re
import tomllib
from collections.abc import Iterator

Key = str | int
KeyPath = tuple[Key, ...]

_TOKEN = re.compile(
    r"""
      (?P<blank>[ \t\r]+|\#[^\n]*)
    | \"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5}
    | "(?:\\.|[^"\\])*" | '[^']*'
    | [\[\]{},=.\n]
    | [^\s\[\]{},=.\#"']+
    """,
    re.VERBOSE | re.DOTALL,
)
_END = ""
_AFTER_SCALAR = (",", "]", "}", "\n", _END)


def find_lines(source: str) -> dict[KeyPath, int]:
    """Return the line, from 1, of every key of a valid TOML document.

    Returns:
        Lines by how the key is reached from the top, ``("setting", 0, "name")``. A table
        that only its children name has the line of the first of them.
    """
    reader = _Reader(source)
    reader.read_document()
    return reader.implied | reader.written


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, source: str) -> None:
        self.tokens = list(_tokens(source))
        self.position = 0
        self.written: dict[KeyPath, int] = {}
        self.implied: dict[KeyPath, int] = {}
        self.last_index: dict[KeyPath, int] = {}

    @property
    def text(self) -> str:
        return self.tokens[self.position][0]

    @property
    def line(self) -> int:
        return self.tokens[self.position][1]

    def read_document(self) -> None:
        table: KeyPath = ()
        while self.text != _END:
            if self.text == "\n":
                self.position += 1
            elif self.text == "[":
                table = self.read_header()
            else:
                self.read_pair(table)

    def read_header(self) -> KeyPath:
        """Read ``[table]`` or ``[[array of tables]]``; return how its keys are reached."""
        line = self.line
        self.position += 1
        is_array = self.text == "["
        self.position += is_array
        *parents, name = self.read_key()
        self.position += 1 + is_array
        path: KeyPath = ()
        for parent in parents:
            path = (*path, parent)
            self.implied.setdefault(path, line)
            if path in self.last_index:  # of an array of tables, the last one is meant
                path = (*path, self.last_index[path])
        path = (*path, name)
        if is_array:
            self.implied.setdefault(path, line)
            self.last_index[path] = self.last_index.get(path, -1) + 1
            path = (*path, self.last_index[path])
        self.written[path] = line
        return path

    def read_pair(self, table: KeyPath) -> None:
        line = self.line
        names = self.read_key()
        for end in range(1, len(names)):
            self.implied.setdefault((*table, *names[:end]), line)
        self.written[*table, *names] = line
        self.position += 1  # the equals sign
        self.read_value((*table, *names))

    def read_key(self) -> list[str]:
        names = [_plain(self.text)]
        self.position += 1
        while self.text == ".":
            names.append(_plain(self.tokens[self.position + 1][0]))
            self.position += 2
        return names

    def read_value(self, path: KeyPath) -> None:
        opening = self.text
        if opening not in ("[", "{"):
            while self.text not in _AFTER_SCALAR:
                self.position += 1
            return
        self.position += 1
        index = 0
        while self.text not in ("]", "}"):
            if self.text in (",", "\n"):
                self.position += 1
            elif opening == "{":
                self.read_pair(path)
            else:
                self.written[*path, index] = self.line
                self.read_value((*path, index))
                index += 1
        self.position += 1


def _tokens(source: str) -> Iterator[tuple[str, int]]:
    """Yield each token with the line on which it begins, and an empty one at the end."""
    line = 1
    for match in _TOKEN.finditer(source):
        if match["blank"] is None:
            yield match[0], line
        line += match[0].count("\n")
    yield _END, line


def _plain(name: str) -> str:
    """Return a name of a key without its quotes."""
    return str(tomllib.loads(f"it = {name}")["it"]) if name[0] in "\"'" else name
