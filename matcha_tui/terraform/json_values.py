"""Reads values out of JSON that may hold anything, without ever raising."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from matcha_tui.terraform.plain_text import clean_line, clean_text


def time_in(value: object) -> datetime | None:
    """An ISO 8601 time as UTC, or ``None``."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def line_in(value: object) -> str:
    """A string without control characters on one line, or an empty one."""
    return clean_line(value) if isinstance(value, str) else ""


def text_in(value: object) -> str:
    """A string without control characters on any number of lines, or an empty one."""
    return clean_text(value) if isinstance(value, str) else ""


def mapping_in(value: object) -> Mapping[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def number_in(value: object, default: int = 0) -> int:
    """A whole number, or `default`."""
    try:
        return int(value) if isinstance(value, int | float) else default
    except (ValueError, OverflowError):
        return default
