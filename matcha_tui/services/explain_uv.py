"""What uv's failures mean for somebody who only wants the service."""

import re

from matcha_tui.errors import MatchaError

_PACKAGE = re.compile(
    r"(?:fetch|url)[^`\n]*[`(]?\w+://[^\s`)]*/(?P<index>[\w.-]+)/[`)]?(?:\n|$)"
    r"|(?:download|fetch|extract|unpack|install|build)[^`\n]*`(?P<named>[\w.-]+(?:==[\w.+!-]+)?)`"
    r"|Because (?P<lacking>[\w.-]+==[\w.+!-]+) has no wheels",
    re.IGNORECASE,
)
_PYTHONS = "Python 3.11, 3.12 or 3.13"
_RULES = (
    (
        re.compile(r"No space left on device|os error 28|Disk quota exceeded", re.IGNORECASE),
        "the disk is full",
        "Free some space, then run the same command again: what was downloaded is kept.",
    ),
    (
        re.compile(r"cannot allocate memory|os error 12\b|out of memory", re.IGNORECASE),
        "there is too little memory",
        "Close what you don't need, then run the same command again.",
    ),
    (
        re.compile(r"\b40[13] |unauthorized|forbidden|credentials", re.IGNORECASE),
        "the package index refuses the login",
        "Check the name and the password of the index in the variables that uv or pip reads.",
    ),
    (
        re.compile(
            r"dns error|error sending request|Connect\b|connection\b|timed out|timeout"
            r"|network|tunnel|Could not connect|Failed to fetch|certificate",
            re.IGNORECASE,
        ),
        "the package index cannot be reached",
        "Check the network or the proxy, then run the same command again:"
        " what was downloaded is kept.",
    ),
    (
        re.compile(r"--require-hashes|hash mismatch", re.IGNORECASE),
        "what the package index has is not what its lock says",
        "Renew the lock, or ask whoever runs the index.",
    ),
    (
        re.compile(
            r"no wheels with a matching Python|following Python ABI tag|does not satisfy Python"
        ),
        "it is not made for this version of Python",
        f"Install matcha-tui with {_PYTHONS}, then run the same command again.",
    ),
    (
        re.compile(r"no wheels with a matching|on the following platform|no usable wheels"),
        "it is not made for this system or processor",
        "Take the component out of the stack, or build it on another machine.",
    ),
    (
        re.compile(r"Failed to build `|Building source distributions", re.IGNORECASE),
        "it has no finished file for this Python or system, and could not be built",
        f"Install matcha-tui with {_PYTHONS}, or install a C compiler.",
    ),
    (
        re.compile(r"No solution found|unsatisfiable|not found in the package registry"),
        "its packages are not on the package index, or do not fit this Python",
        "A mirror may lack them.",
    ),
)
_LAST_LINES = 3
_LINE_CHARACTERS = 200
_FRAME = re.compile(r"^[\s×╰─▶├│|`>-]*(?:x )?")


def explain_failure(flavor: str, output: str) -> MatchaError:
    """One sentence for what uv said at length, with the end of that as the hint."""
    match = _PACKAGE.search(output)
    package = (match["index"] or match["named"] or match["lacking"]) if match else None
    what = f"cannot install {package} for {flavor}" if package else f"cannot install {flavor}"
    for pattern, meaning, hint in _RULES:
        if pattern.search(output):
            return MatchaError(f"{what}: {meaning}", hint=f"{hint}{_quote(output)}")
    return MatchaError(what, hint=f"Run the same command again.{_quote(output)}")


def _quote(output: str) -> str:
    """The last lines of uv, which may have been shown nowhere."""
    lines = [_FRAME.sub("", line).strip()[:_LINE_CHARACTERS] for line in output.splitlines()]
    said = ["".join(c if c.isprintable() else " " for c in line) for line in lines if line]
    return f" uv says: {' / '.join(said[-_LAST_LINES:])}" if said else " uv said nothing."
