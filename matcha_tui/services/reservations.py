"""Ports that were chosen a moment ago, and whose servers do not listen on them yet.

Two projects that are provisioned in the same seconds would else choose the same ones.
"""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import make_private_directory, user_state, write_atomically
from matcha_tui.system.locks import wait_for_lock

_SECONDS = 300.0  # a first provision downloads before it starts anything


@contextmanager
def choosing_ports() -> Iterator[None]:
    """Let nobody else choose inside the block, where anything can be written down for that."""
    with ExitStack() as stack:
        with suppress(MatchaError, OSError):  # without a home nobody is kept from anything
            folder = make_private_directory(_folder())
            stack.enter_context(wait_for_lock(folder / ".lock"))
        yield


def reserve(owner: Path, ports: Iterable[int]) -> None:
    """Reserve ports for the services of a project, for some minutes."""
    with suppress(MatchaError):
        for port in ports:
            write_atomically(_folder() / str(port), os.fsencode(owner.resolve()))


def reserved_by_others(owner: Path) -> set[int]:
    """Return the ports that other projects have reserved; what has expired is forgotten."""
    own, now = os.fsencode(owner.resolve()), time.time()
    found = set()
    for path in _folder().glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if now - path.stat().st_mtime > _SECONDS:
                path.unlink()
            elif path.read_bytes() != own:
                found.add(int(path.name))
    return found


def _folder() -> Path:
    return user_state(os.environ) / "ports"
