"""Which modules of others' this user has agreed to on this machine, one small file a digest.

Whoever changes a byte of such a module makes it another one, which is asked about again.
"""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from matcha_tui.stack.foreign import ForeignModule
from matcha_tui.system.files import make_private_directory, user_state, write_atomically


def remember_modules(modules: Iterable[ForeignModule]) -> None:
    """Write down that this user has agreed to what modules run and install.

    Raises:
        MatchaError: If the user's state folder cannot be written.
    """
    for module in modules:
        content = {
            "module_type": module.module_type,
            "flavor": module.flavor,
            "folder": os.fsencode(module.folder).decode(errors="backslashreplace"),
            "agreed": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        path = _file(module.digest)
        make_private_directory(path.parent)
        write_atomically(path, json.dumps(content, indent=2) + "\n")


def is_remembered(digest: str) -> bool:
    """Return whether this user has agreed to a module with this content."""
    path = _file(digest)
    return path.is_file() and path.stat().st_uid == os.getuid()


def _file(digest: str) -> Path:
    return user_state(os.environ) / "trusted-modules" / f"{digest}.json"
