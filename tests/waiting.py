"""Waits for what a test looks for, and never for a span of time."""

import time
from collections.abc import Callable
from typing import TypeVar

DEADLINE_SECONDS = 60.0

_PAUSE_SECONDS = 0.02
_Found = TypeVar("_Found")


def wait_for(find: Callable[[], _Found | None], seconds: float = DEADLINE_SECONDS) -> _Found:
    """Poll until something is found, which is neither None nor False, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(_PAUSE_SECONDS)
