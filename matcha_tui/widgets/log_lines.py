"""The lines of a log, and which of them are shown in which rows: filtered, wrapped, searched."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

_TAB = 4


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        text: What it says; plain text, never markup.
        level: How it is drawn: one of `LogPane.LEVELS`, or anything for plain.
        owner: Of which component it is; empty where it is of none.
        time: When it was said, as it is shown: ``12:03:11``; may be empty.
    """

    text: str
    level: str = ""
    owner: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is shown of a log.

    Attributes:
        levels: Only lines of these; empty for all.
        owner: Only lines of this component; empty for all.
        times: Whether each line begins with its time.
        width: In how many cells a line is wrapped; 0 for not at all.
    """

    levels: frozenset[str] = frozenset()
    owner: str = ""
    times: bool = False
    width: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether every line is one row."""
        return not (self.levels or self.owner or self.width)

    def takes(self, line: LogLine) -> bool:
        """Return whether a line is shown."""
        is_level = not self.levels or line.level in self.levels
        return is_level and (not self.owner or line.owner == self.owner)

    def text_of(self, line: LogLine) -> str:
        """Return a line as it is shown."""
        return f"{line.time or '        '} {line.text}" if self.times else line.text


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row.

    Attributes:
        number: Of its line, counted from the first that there ever was.
        start: Where in the line's text it begins.
        end: Where it ends.
    """

    number: int
    start: int
    end: int


class LogLines:
    """Holds so many lines, the newest; a row costs nothing until it is asked for."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._lines: list[LogLine] = []
        self._first = 0  # the number of the oldest line that is held
        self._filter = LogFilter()
        self._rows: list[LogRow] = []  # empty while every line is one row
        self._needle = ""
        self._matches: list[int] = []
        self.longest = 0

    @property
    def held(self) -> Sequence[LogLine]:
        """Every line that is held, the oldest first."""
        return self._lines

    @property
    def filter(self) -> LogFilter:
        """What is shown."""
        return self._filter

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._lines) if self._filter.is_plain else len(self._rows)

    @property
    def matches(self) -> Sequence[int]:
        """The numbers of the lines in which what is searched for is found, in order."""
        return self._matches

    @property
    def needle(self) -> str:
        """What is searched for."""
        return self._needle

    def append(self, lines: Iterable[LogLine]) -> int:
        """Add lines, and forget the oldest beyond the maximum.

        Returns:
            How many rows have gone above.
        """
        new = [
            LogLine(line.text.expandtabs(_TAB), line.level, line.owner, line.time) for line in lines
        ]
        begins = self._first + len(self._lines)
        self._lines += new
        self._add_rows(begins, new)
        if self._needle:
            self._matches += self._find(begins, new)
        return self._forget(len(self._lines) - self._maximum)

    def clear(self) -> None:
        """Forget every line; what is shown and searched for stays."""
        self._first += len(self._lines)
        self._lines.clear()
        self._rows.clear()
        self._matches.clear()
        self.longest = 0

    def show(self, wanted: LogFilter) -> None:
        """Show other lines, or in another way."""
        self._filter = wanted
        self._rows.clear()
        self.longest = 0
        self._add_rows(self._first, self._lines)
        self._matches = self._find(self._first, self._lines) if self._needle else []

    def search(self, needle: str) -> None:
        """Search for a text; small letters in it stand for capital ones, too."""
        self._needle = needle
        self._matches = self._find(self._first, self._lines) if needle else []

    def row(self, position: int) -> tuple[LogLine, LogRow]:
        """Return what is in a row: its line, and which part of it."""
        if self._filter.is_plain:
            line = self._lines[position]
            end = len(self._filter.text_of(line))
            return line, LogRow(self._first + position, 0, end)
        row = self._rows[position]
        return self._lines[row.number - self._first], row

    def text(self, position: int) -> str:
        """Return the text of a row."""
        line, row = self.row(position)
        return self._filter.text_of(line)[row.start : row.end]

    def row_of(self, number: int) -> int:
        """Return the row in which a line begins, or else the next one."""
        if self._filter.is_plain:
            return max(0, number - self._first)
        return bisect_left(self._rows, number, key=lambda row: row.number)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in a text what is searched for is found."""
        needle, where = self._needle, self._folded(text)
        place = where.find(needle) if needle else -1
        while place >= 0:
            yield place, place + len(needle)
            place = where.find(needle, place + len(needle))

    def _add_rows(self, begins: int, lines: Sequence[LogLine]) -> None:
        wanted = self._filter
        if wanted.is_plain:
            prefix = 9 if wanted.times else 0
            widest = max((_width(line.text) for line in lines), default=0)
            self.longest = max(self.longest, widest + prefix)
            return
        for number, line in enumerate(lines, begins):
            if wanted.takes(line):
                text = wanted.text_of(line)
                self._rows += [LogRow(number, *span) for span in _wrap(text, wanted.width)]
                self.longest = max(self.longest, min(_width(text), wanted.width or 10**9))

    def _forget(self, count: int) -> int:
        if count <= 0:
            return 0
        del self._lines[:count]
        self._first += count
        del self._matches[: bisect_left(self._matches, self._first)]
        if self._filter.is_plain:
            return count
        gone = bisect_left(self._rows, self._first, key=lambda row: row.number)
        del self._rows[:gone]
        return gone

    def _find(self, begins: int, lines: Sequence[LogLine]) -> list[int]:
        needle, wanted, folded = self._needle, self._filter, self._folded
        return [
            number
            for number, line in enumerate(lines, begins)
            if needle in folded(line.text) and wanted.takes(line)
        ]

    def _folded(self, text: str) -> str:
        """Return a text as it is compared: a capital letter in the search means just that.

        `str.lower` of what is not ASCII may be longer, and then no place in it would be right.
        """
        is_exact = self._needle != self._needle.lower()
        return text if is_exact or not text.isascii() else text.lower()


def _wrap(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield the part of a text in each row."""
    if not width or not text:
        yield 0, len(text)
        return
    if text.isascii():
        for start in range(0, len(text), width):
            yield start, min(start + width, len(text))
        return
    start = 0
    for part in chop_cells(text, width) or [""]:
        yield start, start + len(part)
        start += len(part)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
