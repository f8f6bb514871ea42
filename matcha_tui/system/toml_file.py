"""TOML read so that every error can name the file, the line and the key."""

import codecs
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, name_hint
from matcha_tui.system.files import BYTE_ORDER_MARK, explain_os_errors
from matcha_tui.system.toml_lines import KeyPath, find_lines

T = TypeVar("T", str, int, bool, dict[str, Any])

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ONE = "Keep one of the two lines."
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
    keys: KeyPath
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
            raise self.error(key, "must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> "TomlTable":
        """Return a table below this one, empty when the key is absent."""
        value: dict[str, Any] = self._typed(key, dict, {})
        return TomlTable(self.path, self.source, (*self.keys, key), value)

    def tables(self, key: str) -> tuple["TomlTable", ...]:
        """Return an array of tables (``[[key]]``), empty when the key is absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"must be written as [[{key}]]")
        return tuple(
            TomlTable(self.path, self.source, (*self.keys, key, index), item)
            for index, item in enumerate(value)
        )

    def name(
        self,
        key: str,
        what: str,
        known: Collection[str],
        default: str | None = None,
        exit_code: ExitCode = ExitCode.FAILED,
    ) -> str:
        """Return which of the known names a text stands for; without a default it is required."""
        word = self.text(key, default)
        found = find_name(word, known)
        if found is None:
            raise self.no_name(key, f"is {word!r}", what, word, known, exit_code)
        return found

    def names(self, key: str, what: str, known: Collection[str]) -> tuple[str, ...]:
        """Return which of the known names a list holds; empty when the key is absent."""
        found = []
        for word in self.texts(key):
            name = find_name(word, known)
            if name is None:
                raise self.no_name(key, f"names {word!r}", what, word, known)
            found.append(name)
        return tuple(found)

    def no_name(
        self,
        key: str,
        says: str,
        what: str,
        word: str,
        known: Collection[str],
        exit_code: ExitCode = ExitCode.FAILED,
    ) -> MatchaError:
        """Make the error for a word that should name something: ``says`` "is 'moon'"."""
        return self.error(
            key, f"{says}, which is no {what}", hint=name_hint(word, known), exit_code=exit_code
        )

    def known_keys(
        self, what: str, known: Collection[str], exit_code: ExitCode = ExitCode.FAILED
    ) -> dict[str, str]:
        """Return the table's keys by the known names that they stand for."""
        found: dict[str, str] = {}
        for key in self.content:
            name = find_name(key, known)
            if name is None:
                raise self.no_name(key, f"names {key!r}", what, key, known, exit_code)
            if name in found:
                raise self.error(key, f"says again what {found[name]} says", hint=_ONE)
            found[name] = key
        return found

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise for the first key that nothing would read."""
        for key in self.content:
            if key not in known:
                raise self.error(key, "is not a key that is known here", hint=name_hint(key, known))

    def error(
        self,
        key: str,
        problem: str,
        *,
        hint: str | None = None,
        exit_code: ExitCode = ExitCode.FAILED,
    ) -> MatchaError:
        """Make the error that names file, line and key.

        Returns:
            The error, to be raised by the caller.
        """
        keys = (*self.keys, key)
        dotted = ".".join(str(part) for part in keys if isinstance(part, str))
        lines = find_lines(self.source)
        nearest = next((keys[:end] for end in range(len(keys), 0, -1) if keys[:end] in lines), None)
        place = f"{self.path}:{lines[nearest]}" if nearest else f"{self.path}"
        return MatchaError(f"{place}: {dotted} {problem}", hint=hint, exit_code=exit_code)

    def _typed(self, key: str, kind: type[T], default: T | None) -> T:
        if key not in self.content:
            if default is None:
                raise self.error(key, "is missing", hint=f"Add it: {_TYPE_NAMES[kind]}.")
            return default
        value = self.content[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(
                key,
                f"must be {_TYPE_NAMES[kind]}, not {value!r}",
                hint="Fix that line, or remove it.",
            )
        return value


def read_toml(path: Path) -> TomlTable:
    """Read a TOML file.

    Returns:
        Its top-level table.
    """
    return parse_toml(path, read_source(path))


def read_source(path: Path) -> str:
    """Read a file's text as it is, with its ends of lines and its byte-order mark."""
    with explain_os_errors("read", path):
        return _decode(path, path.read_bytes())


def parse_toml(path: Path, source: str) -> TomlTable:
    """Read a TOML text.

    Returns:
        Its top-level table.
    """
    source = source.removeprefix(BYTE_ORDER_MARK)
    try:
        content = tomllib.loads(source)
    except RecursionError as error:
        raise MatchaError(
            f"{path}: too many tables or lists inside one another",
            hint="Fix the file, or restore it from version control.",
        ) from error
    except ValueError as error:  # a number of 5,000 digits is no TOMLDecodeError
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else source.rstrip("\n").count("\n") + 1
        raise MatchaError(
            f"{path}:{line}: not valid TOML: {error}",
            hint="Fix that line, or restore the file from version control.",
        ) from error
    return TomlTable(path, source, (), content)


def _decode(path: Path, raw: bytes) -> str:
    if raw.startswith(_UTF_16) or b"\0" in raw[:4]:
        raise MatchaError(
            f"{path}: the file is UTF-16, and TOML is UTF-8",
            hint="Save it as UTF-8. In PowerShell, write it with `Set-Content -Encoding utf8`.",
        )
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MatchaError(
            f"{path}:{line}: not UTF-8 text",
            hint="Save the file as UTF-8, or restore it from version control.",
        ) from error
