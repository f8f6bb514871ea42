"""What a verb tells while it works; Terraform shows each line as it comes."""

import sys
from collections.abc import Callable

Tell = Callable[[str], None]
"""Is called with what is done, a line at a time."""


def report_line(text: str) -> None:
    """Write one line to standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
