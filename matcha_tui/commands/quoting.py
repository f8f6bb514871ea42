"""Quotes a value so that a shell takes it as it is, where it needs quotes at all."""

from matcha_tui.clients.dotenv import is_plain


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
