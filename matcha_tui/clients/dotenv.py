"""Writes a variable so that every reader of ``.env`` files, or a shell, takes the same value.

The readers of ``.env`` agree on little:

- sh (``. ./.env``) expands ``$`` and backquotes in double quotes and nothing in single
  ones, and reads to a quote's end.
- python-dotenv undoes a backslash before a backslash or a single quote in single quotes,
  and the escapes of Python in double ones; it expands ``${NAME}`` everywhere.
- direnv's ``dotenv`` reads line by line, cuts an unquoted value at ``#``, and in double
  quotes takes a backslash before ``n`` or ``r`` for a line's end.
- ``docker --env-file`` takes what is after the ``=``, quotes included.
"""

import re
from unicodedata import category

_PLAIN = re.compile(r"(?!=|.*:=)[\w@%+=:,./-]*")  # zsh looks for a program after := and at =
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def is_plain(value: str) -> bool:
    """Return whether a value means itself without quotes, to shells and to readers of ``.env``."""
    return _PLAIN.fullmatch(value) is not None


def write_value(value: str) -> str | None:
    """Return a value as it stands after the ``=``, or ``None`` when no form carries it.

    The form is one that sh, python-dotenv and direnv read alike; docker reads it, too, if
    it `is_plain`.
    """
    if find_obstacle(value) is not None:
        return None
    if is_plain(value):
        return value
    if "'" not in value and "\\\\" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def find_obstacle(value: str) -> str | None:
    """Return what in a value no form carries, in words, or ``None``."""
    for character in value:
        if category(character) in ("Cc", "Cs") and character != "\t":
            names = {"\n": "a line break", "\r": "a carriage return"}
            return names.get(character, f"the control character U+{ord(character):04X}")
    if _REFERENCE.search(value):
        return "${...}, which python-dotenv expands even in quotes"
    if value.endswith("\\"):
        return "a backslash at its end"  # python-dotenv before 1.2.3 reads on to the next quote
    if "'" in value or "\\\\" in value:
        quote = "a single quote" if "'" in value else "two backslashes in a row"
        for other in ("$", "`"):
            if other in value:
                return f"both {quote} and {other}"
        if re.search(r"\\[nr]", value):
            return f"both {quote} and a backslash before n or r"
    return None


def quote(value: str) -> str:
    """Return a value for any POSIX shell: bare, or in single quotes.

    A bare one is read alike by what knows no quotes: make's ``include``, docker's
    ``--env-file``.
    """
    escaped = value.replace("'", "'\"'\"'")
    return value if is_plain(value) else f"'{escaped}'"


def quote_for_fish(value: str) -> str:
    """Return a value for fish: bare, or in single quotes with its two escapes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return value if value and is_plain(value) else f"'{escaped}'"
