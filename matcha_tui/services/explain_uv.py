"""What uv's failures mean for somebody who only wants the service."""

import re

from matcha_tui.errors import MatchaError

_PACKAGE = re.compile(
    r"/simple/(?P<index>[\w.-]+)/"
    r"|(?:download|fetch|extract|unpack|install)[^`\n]*`(?P<named>[\w.-]+(?:==[\w.+!-]+)?)`",
    re.IGNORECASE,
)
_RULES = (
    (
        re.compile(r"No space left on device|os error 28|Disk quota exceeded", re.IGNORECASE),
        "the disk is full",
        "Free some space, then run the same command again: what was downloaded is kept.",
    ),
    (
        re.compile(
            r"dns error|error sending request|Connect\b|connection|timed out|timeout"
            r"|network|tunnel|Could not connect|Failed to fetch|certificate",
            re.IGNORECASE,
        ),
        "the package index cannot be reached",
        "Check the network or the proxy, then run the same command again:"
        " what was downloaded is kept.",
    ),
    (
        re.compile(r"No solution found|unsatisfiable", re.IGNORECASE),
        "its packages are not on the package index, or do not fit this Python",
        "Look at the lines above; a mirror may lack them.",
    ),
)


def explain_failure(flavor: str, output: str) -> MatchaError:
    """One sentence for what uv said at length.

    Args:
        flavor: Which service was to be installed.
        output: Everything that uv wrote.
    """
    match = _PACKAGE.search(output)
    package = (match["index"] or match["named"]) if match else None
    what = f"cannot install {package} for {flavor}" if package else f"cannot install {flavor}"
    for pattern, meaning, hint in _RULES:
        if pattern.search(output):
            return MatchaError(f"{what}: {meaning}", hint=hint)
    return MatchaError(what, hint="What uv says about it is above.")
