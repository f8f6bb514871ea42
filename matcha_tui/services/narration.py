"""What a verb tells while it works; Terraform shows each line as it comes."""

import sys
from collections.abc import Callable

Tell = Callable[[str], None]
"""Is called with what is done, a line at a time."""

_LONGEST_LINE = 8_000  # Terraform drops a line of 64 KiB, and all that a program says after it


def report_line(text: str) -> None:
    """Write one line to standard output, at once; the end of an endless one is left out."""
    shown = text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}…"
    sys.stdout.write(f"{shown}\n")
    sys.stdout.flush()
