"""What a verb tells while it works; Terraform shows each line as it comes."""

import sys


def report_line(text: str) -> None:
    """Write one line to standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
