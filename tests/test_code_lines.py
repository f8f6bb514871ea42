"""What counts as a line of code."""

from bench.code_lines import Count, count_source

SOURCE = '''"""A module."""

import os
from pathlib import (
    Path,
)

# A comment.
NAME = "a"
"""What it is."""


def call() -> None:
    """Do it."""
    print(
        NAME,
    )  # and done
'''


def test_code_is_what_is_left_without_docstrings_imports_comments_and_blanks():
    assert count_source(SOURCE) == Count(files=1, lines=17, code=5, docstrings=3, imports=4)
