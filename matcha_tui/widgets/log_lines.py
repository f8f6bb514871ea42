"""The lines of a log, and which of them are shown in which rows: filtered, wrapped, searched."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, chop_cells

FOLDED = frozenset({"detail", "package"})
"""The levels that are shown only on request: what nobody reads as long as all goes well."""

_TAB = 4


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        text: What it says; plain text, never markup.
        level: How it is drawn: one of `LogPane.LEVELS`, or anything for plain.
        owner: Of which component it is; empty where it is of none.
        time: When it was said, as it is shown: ``12:03:11``; may be empty.
        source: Of which of the component's resources it is; empty where it is of none.
    """

    text: str
    level: str = ""
    owner: str = ""
    time: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is shown of a log.

    Attributes:
        levels: Only lines of these; empty for all.
        owner: Only lines of this component; empty for all.
        source: Only lines of this resource; empty for all.
        folds: Whether the lines of the levels in `FOLDED` are left out.
        times: Whether each line begins with its time.
        width: In how many cells a line is wrapped; 0 for not at all.
    """

    levels: frozenset[str] = frozenset()
    owner: str = ""
    source: str = ""
    folds: bool = False
    times: bool = False
    width: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether every line is one row."""
        return not (self.levels or self.owner or self.source or self.folds or self.width)

    def takes(self, line: LogLine) -> bool:
        """Return whether a line is shown."""
        if self.levels:
            if line.level not in self.levels:
                return False
        elif self.folds and line.level in FOLDED:
            return False
        is_owner = not self.owner or line.owner == self.owner
        return is_owner and (not self.source or line.source == self.source)

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


class _Rows:
    """Which line is in which row, and which part of it where lines are wrapped."""

    def __init__(self) -> None:
        self.numbers = array("q")
        self.starts = array("q")
        self.ends = array("q")
        self.longest = 0

    def add(self, wanted: LogFilter, begins: int, lines: Sequence[LogLine]) -> None:
        """Add the rows of more lines."""
        takes, width = wanted.takes, wanted.width
        for number, line in enumerate(lines, begins):
            if not takes(line):
                continue
            text = wanted.text_of(line)
            if not width:
                self.numbers.append(number)
                self.longest = max(self.longest, _width(text))
                continue
            for start, end in _wrap(text, width):
                self.numbers.append(number)
                self.starts.append(start)
                self.ends.append(end)
            self.longest = max(self.longest, min(_width(text), width))

    def extend(self, other: "_Rows") -> None:
        """Add the rows that follow."""
        self.numbers.extend(other.numbers)
        self.starts.extend(other.starts)
        self.ends.extend(other.ends)
        self.longest = max(self.longest, other.longest)

    def forget_before(self, number: int) -> int:
        """Forget the rows of older lines; return how many they were."""
        gone = bisect_left(self.numbers, number)
        del self.numbers[:gone], self.starts[:gone], self.ends[:gone]
        return gone


class LogLines:
    """Holds so many lines, the newest; a row costs nothing until it is asked for."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._extra = 0  # how many more are held for somebody who reads
        self._lines: list[LogLine] = []
        self._first = 0  # the number of the oldest line that is held
        self._filter = LogFilter()
        self._rows = _Rows()  # empty while every line is one row
        self._needle = ""
        self._matches: list[int] = []
        self._longest = 0

    @property
    def held(self) -> Sequence[LogLine]:
        """Every line that is held, the oldest first."""
        return self._lines

    @property
    def first(self) -> int:
        """The number of the oldest line that is held."""
        return self._first

    @property
    def next(self) -> int:
        """The number that the next line will have."""
        return self._first + len(self._lines)

    @property
    def filter(self) -> LogFilter:
        """What is shown."""
        return self._filter

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._lines) if self._filter.is_plain else len(self._rows.numbers)

    @property
    def longest(self) -> int:
        """How many cells the longest row takes."""
        return self._longest if self._filter.is_plain else self._rows.longest

    @property
    def matches(self) -> Sequence[int]:
        """The numbers of the lines in which what is searched for is found, in order."""
        return self._matches

    @property
    def needle(self) -> str:
        """What is searched for."""
        return self._needle

    def append(self, lines: Iterable[LogLine], *, keep: bool = False) -> int:
        """Add lines, and forget the oldest beyond the maximum.

        Args:
            lines: The new ones.
            keep: Whether somebody reads: then twice as many may be held.

        Returns:
            How many rows have gone above.
        """
        new = [_without_tabs(line) for line in lines]
        begins = self.next
        self._lines += new
        self._add_rows(begins, new)
        if self._needle:
            self._matches += self._find(begins, new)
        if keep:
            self._extra = min(self._maximum, self._extra + len(new))
        return self._forget()

    def prepend(self, lines: Iterable[LogLine]) -> int:
        """Add older lines above; they stay until `release`.

        Returns:
            How many rows have come above.
        """
        older = [_without_tabs(line) for line in lines]
        before = self.row_count
        self._lines[:0] = older
        self._first -= len(older)
        self._extra += len(older)
        if self._filter.is_plain:
            self._add_rows(self._first, older)
        else:
            rows = _Rows()
            rows.add(self._filter, self._first, older)
            rows.extend(self._rows)
            self._rows = rows
        if self._needle:
            self._matches[:0] = self._find(self._first, older)
        return self.row_count - before

    def release(self) -> int:
        """Hold no more than the maximum again; return how many rows have gone above."""
        self._extra = 0
        return self._forget()

    def clear(self) -> None:
        """Forget every line; what is shown and searched for stays."""
        self._first += len(self._lines)
        self._lines.clear()
        self._rows = _Rows()
        self._matches.clear()
        self._longest = self._extra = 0

    def show(self, wanted: LogFilter) -> None:
        """Show other lines, or in another way."""
        self._filter = wanted
        self._rows = _Rows()
        self._longest = 0
        self._add_rows(self._first, self._lines)
        self._matches = self._find(self._first, self._lines) if self._needle else []

    def search(self, needle: str) -> None:
        """Search for a text; small letters in it stand for capital ones, too."""
        self._needle = needle
        self._matches = self._find(self._first, self._lines) if needle else []

    def line(self, number: int) -> LogLine | None:
        """Return a line by its number; ``None`` for one that is not held."""
        place = number - self._first
        return self._lines[place] if 0 <= place < len(self._lines) else None

    def first_of(self, level: str) -> int | None:
        """Return the number of the first line of a level that is shown; ``None`` for none."""
        takes = self._filter.takes
        found = (n for n, line in enumerate(self._lines) if line.level == level and takes(line))
        place = next(found, None)
        return None if place is None else self._first + place

    def row(self, position: int) -> tuple[LogLine, LogRow]:
        """Return what is in a row: its line, and which part of it."""
        rows = self._rows
        number = self._first + position if self._filter.is_plain else rows.numbers[position]
        line = self._lines[number - self._first]
        if self._filter.width:
            return line, LogRow(number, rows.starts[position], rows.ends[position])
        return line, LogRow(number, 0, len(self._filter.text_of(line)))

    def text(self, position: int) -> str:
        """Return the text of a row."""
        line, row = self.row(position)
        return self._filter.text_of(line)[row.start : row.end]

    def row_of(self, number: int) -> int:
        """Return the row in which a line begins, or else the next one."""
        if self._filter.is_plain:
            return max(0, number - self._first)
        return bisect_left(self._rows.numbers, number)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in a text what is searched for is found."""
        needle, where = self._needle, self._folded(text)
        place = where.find(needle) if needle else -1
        while place >= 0:
            yield place, place + len(needle)
            place = where.find(needle, place + len(needle))

    def _forget(self) -> int:
        """Forget the oldest lines beyond the maximum; return how many rows have gone above."""
        count = len(self._lines) - self._maximum - self._extra
        if count <= 0:
            return 0
        del self._lines[:count]
        self._first += count
        del self._matches[: bisect_left(self._matches, self._first)]
        return count if self._filter.is_plain else self._rows.forget_before(self._first)

    def _add_rows(self, begins: int, lines: Sequence[LogLine]) -> None:
        wanted = self._filter
        if not wanted.is_plain:
            self._rows.add(wanted, begins, lines)
            return
        prefix = 9 if wanted.times else 0
        widest = max((_width(line.text) for line in lines), default=0)
        self._longest = max(self._longest, widest + prefix)

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


def _without_tabs(line: LogLine) -> LogLine:
    if "\t" not in line.text:
        return line
    return replace(line, text=line.text.expandtabs(_TAB))


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
