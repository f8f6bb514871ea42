"""TOML read so that every complaint can name the file, the line and the key."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.files import explain_os_errors
from matcha_tui.guess import nearest_guess

Key = str | int
Value = TypeVar("Value", str, int, bool, dict[str, Any])

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"^\s*([\w.\"'-]+)\s*=")
_TYPE_NAMES = {str: "a text", int: "a whole number", bool: "true or false", dict: "a table"}


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of a TOML file, which knows where it stands.

    Attributes:
        path: The file.
        source: The whole text of the file.
        keys: How the table is reached from the top: ``("setting", 0)``.
        content: What it holds.
    """

    path: Path
    source: str
    keys: tuple[Key, ...]
    content: Mapping[str, Any]

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default the key is required."""
        return self._typed(key, str, default)

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number; without a default the key is required."""
        return self._typed(key, int, default)

    def boolean(self, key: str, default: bool | None = None) -> bool:
        """Return true or false; without a default the key is required."""
        return self._typed(key, bool, default)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when the key is absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.complaint(key, "must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> "TomlTable":
        """Return a table below this one, empty when the key is absent."""
        value: dict[str, Any] = self._typed(key, dict, {})
        return TomlTable(self.path, self.source, (*self.keys, key), value)

    def tables(self, key: str) -> tuple["TomlTable", ...]:
        """Return an array of tables (``[[key]]``), empty when the key is absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.complaint(key, f"must be written as [[{key}]]")
        return tuple(
            TomlTable(self.path, self.source, (*self.keys, key, index), item)
            for index, item in enumerate(value)
        )

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise for the first key that nothing would read."""
        for key in self.content:
            if key not in known:
                guess = nearest_guess(key, known)
                raise self.complaint(
                    key,
                    "is not a key that is known here",
                    hint=f"Did you mean {guess!r}?" if guess else f"Known: {', '.join(known)}.",
                )

    def complaint(
        self,
        key: str,
        problem: str,
        *,
        hint: str | None = None,
        exit_code: ExitCode = ExitCode.FAILED,
    ) -> MatchaError:
        """Make the error that names file, line and key.

        Args:
            key: A key of this table.
            problem: What is wrong, as it follows the key: ``"must be a text"``.
            hint: What to do about it.
            exit_code: The status that a command ends with because of it.

        Returns:
            The error, to be raised by the caller.
        """
        keys = (*self.keys, key)
        dotted = ".".join(str(part) for part in keys if isinstance(part, str))
        line = _line_of(self.source, keys)
        place = f"{self.path}:{line}" if line else f"{self.path}"
        return MatchaError(f"{place}: {dotted} {problem}", hint=hint, exit_code=exit_code)

    def _typed(self, key: str, kind: type[Value], default: Value | None) -> Value:
        if key not in self.content:
            if default is None:
                raise self.complaint(key, "is missing", hint=f"Add it: {_TYPE_NAMES[kind]}.")
            return default
        value = self.content[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.complaint(
                key,
                f"must be {_TYPE_NAMES[kind]}, not {value!r}",
                hint="Mend that line, or remove it.",
            )
        return value


def read_toml(path: Path) -> TomlTable:
    """Read a TOML file.

    Args:
        path: The file.

    Returns:
        Its top-level table.

    Raises:
        MatchaError: If it cannot be read, is not UTF-8, or is not TOML.
    """
    with explain_os_errors("read", path):
        raw = path.read_bytes()
    try:
        source = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise MatchaError(
            f"{path}:{line}: not UTF-8 text",
            hint="Save the file as UTF-8, or restore it from version control.",
        ) from error
    try:
        content = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(source.splitlines())  # "at end of document"
        raise MatchaError(
            f"{path}:{line}: not valid TOML: {error}",
            hint="Mend that line, or restore the file from version control.",
        ) from error
    return TomlTable(path, source, (), content)


def _line_of(source: str, wanted: tuple[Key, ...]) -> int | None:
    """Return the line (from 1) on which a key, or else its nearest table, is written."""
    table: tuple[Key, ...] = ()
    counts: dict[tuple[Key, ...], int] = {}
    nearest: int | None = None
    for number, line in enumerate(source.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = tuple(part.strip(" \"'") for part in header[2].split("."))
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            here = table
        elif assignment := _ASSIGNMENT.match(line):
            here = (*table, *(part.strip("\"'") for part in assignment[1].split(".")))
        else:
            continue
        if here == wanted:
            return number
        if here and here == wanted[: len(here)]:
            nearest = number
    return nearest
