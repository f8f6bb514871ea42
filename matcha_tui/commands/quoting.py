"""Quotes a value so that a shell takes it as it is."""


def quote(value: str) -> str:
    """Return a value in single quotes, for any POSIX shell."""
    escaped = value.replace("'", "'\"'\"'")
    return f"'{escaped}'"
