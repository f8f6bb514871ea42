"""Which licences let anybody use a thing for anything."""

_OPEN = frozenset(
    {
        "0BSD",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "EPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1-or-later",
        "LGPL-3.0-or-later",
        "MIT",
        "MPL-2.0",
        "PostgreSQL",
        "Python-2.0",
        "Unlicense",
        "Zlib",
    }
)
"""SPDX identifiers that the Open Source Initiative approves, of those that servers have."""


def is_open_source(licence: str) -> bool:
    """Return whether a licence is an ordinary open-source one."""
    return licence in _OPEN
