"""Finds in a log what is known to go wrong: one's own, Terraform's for people, or a run's events.

The log may be of any size and hold anything: it is read line by line, a line of any length
in pieces, and what is found has no control characters in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from matcha_tui.system.plain_text import clean_text
from matcha_tui.terraform.diagnostics import explain_diagnostic, summarise
from matcha_tui.terraform.events import Diagnostic, PlainLine, Severity, parse_line
from matcha_tui.terraform.explain import GENERAL, Cause, Explanation, Explanations
from matcha_tui.terraform.narration import narrate

_LONGEST_DOCUMENT = 16 * 1024 * 1024
_LONGEST_TEXT = 16 * 1024  # of one search: what a pattern spans may cost its square
_OVERLAP = 1024
_LONGEST_BLOCK = 60
_LONGEST_QUOTE = 300
# Terraform draws a line down the left of what belongs together; CI systems put a time before it.
_DRAWN = re.compile(r"^.{0,60}?(?P<edge>[│╷╵])(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class KnownCause:
    """Something that a log says, and that is known.

    Attributes:
        line: The number of the line that says it, from 1.
        text: What it says, in one line.
        explanation: What that means.
    """

    line: int
    text: str
    explanation: Explanation


def find_causes(log: BinaryIO, particular: Sequence[Explanations]) -> Iterator[KnownCause]:
    """Yield what is known of a log, each cause once, as soon as it is read.

    Args:
        log: Read to its end.
        particular: Tables that are asked before the general one, in order.
    """
    tables, seen = (*particular, GENERAL), set[Explanation]()
    for found in _find_all(log, tables):
        if found.explanation not in seen:
            seen.add(found.explanation)
            yield found


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_drawn: bool = False
    is_first: bool = False  # of what is drawn together


def _find_all(log: BinaryIO, tables: Sequence[Explanations]) -> Iterator[KnownCause]:
    block: list[_Line] = []
    for number, content in _lines(log):
        diagnostic, line = _read(number, content)
        if diagnostic is not None or not _belongs(line, block):
            yield from _explain_block(block, tables)
            block = []
        if diagnostic is not None:
            yield from _explain_event(number, diagnostic, tables)
        elif line.text or line.is_drawn:
            block.append(line)
    yield from _explain_block(block, tables)


def _lines(log: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their numbers; of a long one that is no event, pieces that overlap."""
    number, rest = 1, b""
    while piece := log.readline(_LONGEST_TEXT):
        if piece.startswith(b"{") and not piece.endswith(b"\n"):
            piece += log.readline(_LONGEST_DOCUMENT)
        yield number, rest + piece
        is_whole = piece.endswith(b"\n")
        rest = b"" if is_whole else piece[-_OVERLAP:]
        number += is_whole


def _read(number: int, content: bytes) -> tuple[Diagnostic | None, _Line]:
    """Read a line: as an event of a run, if it is one."""
    event = parse_line(content) if content.lstrip().startswith(b"{") else None
    if isinstance(event, Diagnostic):
        return event, _Line(number, "")
    if event is not None and not isinstance(event, PlainLine):
        said = narrate(event)
        return None, _Line(number, said.text if said else "")
    text = clean_text(content.decode(errors="replace")).replace("\n", " ").rstrip()
    if drawn := _DRAWN.match(text):
        return None, _Line(number, drawn["text"], is_drawn=True, is_first=drawn["edge"] == "╷")
    return None, _Line(number, text)


def _belongs(line: _Line, block: Sequence[_Line]) -> bool:
    """Return whether a line goes on with what is before it: drawn with it, or indented below."""
    if not block or len(block) >= _LONGEST_BLOCK:
        return False
    if line.is_drawn or block[-1].is_drawn:
        return line.is_drawn and block[-1].is_drawn and not line.is_first
    return line.text[:1].isspace()


def _explain_block(block: Sequence[_Line], tables: Sequence[Explanations]) -> Iterator[KnownCause]:
    """Explain lines that belong together; what is drawn together has one cause."""
    whole = "\n".join(line.text for line in block)
    together = _find(whole, tables) if len(block) > 1 else None
    rest: Sequence[_Line] = block
    if together:
        first = whole.count("\n", 0, together.start)
        last = first + whole.count("\n", together.start, together.end)
        if block[0].is_drawn or last > first:
            said = " ".join(line.text for line in block[first : last + 1])
            yield _known(block[first].number, " ".join(said.split()), together.explanation)
            rest = [] if block[0].is_drawn else [*block[:first], *block[last + 1 :]]
    for line in rest:
        if cause := _find(line.text, tables):
            yield _known(line.number, _around(line.text, cause), cause.explanation)


def _explain_event(
    number: int, diagnostic: Diagnostic, tables: Sequence[Explanations]
) -> Iterator[KnownCause]:
    if diagnostic.severity is not Severity.ERROR:
        return
    half = _LONGEST_TEXT // 2
    if len(diagnostic.detail) > _LONGEST_TEXT:
        cut = f"{diagnostic.detail[:half]}\n{diagnostic.detail[-half:]}"
        diagnostic = replace(diagnostic, detail=cut)
    whole = f"{diagnostic.summary}\n{diagnostic.detail}"
    particular = next((table for table in tables if table.explain(whole)), None)
    if explanation := explain_diagnostic(diagnostic, particular):
        yield _known(number, summarise(diagnostic), explanation)


def _find(text: str, tables: Iterable[Explanations]) -> Cause | None:
    for start in range(0, max(len(text), 1), _LONGEST_TEXT - _OVERLAP):
        piece = text[start : start + _LONGEST_TEXT]
        for table in tables:
            if cause := table.find(piece):
                return replace(cause, start=cause.start + start, end=cause.end + start)
    return None


def _around(text: str, cause: Cause) -> str:
    """Return the line, or of a long one the part that matters."""
    if len(text) <= _LONGEST_QUOTE:
        return text.strip()
    start = max(0, min(cause.start - _LONGEST_QUOTE // 4, len(text) - _LONGEST_QUOTE))
    return f"…{text[start : start + _LONGEST_QUOTE].strip()}…"


def _known(number: int, text: str, explanation: Explanation) -> KnownCause:
    is_short = len(text) <= _LONGEST_QUOTE + 2
    return KnownCause(number, text if is_short else f"{text[:_LONGEST_QUOTE]}…", explanation)
