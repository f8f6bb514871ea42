"""The objects that exist, in one JSON file that several provider processes share."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Objects = dict[str, dict[str, Any]]


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Any]]:
    """Hold a JSON file for oneself, and write what the block made of it.

    Args:
        path: The file; where it is missing it counts as ``{}``.

    Yields:
        Its content, to be changed in place; nothing is written when the block raises.
    """
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content = read(path)
        before = json.dumps(content)
        yield content
        if json.dumps(content) != before:
            temporary = path.with_name(f"{path.name}.new")
            temporary.write_text(json.dumps(content, indent=1))
            os.replace(temporary, path)  # noqa: PTH105


def read(path: Path) -> dict[str, Any]:
    """Read a JSON file; ``{}`` where it is missing."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return content
