"""A run's events as the lines of its log: forwards as they come, and backwards from disk."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from matcha_tui.background import in_background
from matcha_tui.terraform.events import (
    CancelRequested,
    Diagnostic,
    Event,
    ProvisionOutput,
    ResourceFailed,
    Severity,
    StepStarted,
)
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import EventBatch, read_back
from matcha_tui.terraform.narration import narrate
from matcha_tui.widgets.component import title_of
from matcha_tui.widgets.log_lines import LogLine

# What pip, uv and their like print of each package; their sums are no such lines.
_PACKAGE_LINE = re.compile(
    r"(?:[\w.-]+: )? *(?:[+~-] [\w.-]+(?:==|@)|Download(?:ing|ed) |Building |Built |Prepared ?\d* )"
)


class RunLog:
    """The lines of one run, and where on disk those lie that are no longer at hand."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._marks: list[tuple[int, int]] = []  # the number of a line, the byte of its event
        self._names: dict[str, tuple[str, str]] = {}  # one text for all lines of a resource
        self._second: datetime | None = None
        self._clock = ""
        self._is_cancelled = False

    def take(self, batch: EventBatch, number: int) -> list[LogLine]:
        """Tell events in lines, the first of which will have a number in the log."""
        if not self._marks:
            self._marks.append((number, batch.start))
        lines = self._lines(batch.events)
        self._marks.append((number + len(lines), batch.end))
        return lines

    def has_older(self, first: int) -> bool:
        """Return whether there are lines before the one with a number."""
        return bool(self._marks) and (self._marks[0][1] > 0 or self._marks[0][0] < first)

    async def read_older(self, first: int) -> list[LogLine]:
        """Return lines that come before the one with a number: about a megabyte of the stream."""
        place = bisect_left(self._marks, first, key=lambda mark: mark[0])
        if not self.has_older(first) or place == len(self._marks):
            return []
        number, end = self._marks[place]
        while end > 0:
            batch = await in_background(partial(read_back, self._run, end))
            older, held, end = self._lines(batch.events), number - first, batch.start
            number -= len(older)
            older = older[: max(0, len(older) - held)]
            if older:
                self._marks.insert(0, (first - len(older), end))
                return older
        return []

    def _lines(self, events: Sequence[Event]) -> list[LogLine]:
        return list(self._tell(events))

    def _tell(self, events: Sequence[Event]) -> Iterator[LogLine]:
        for event in events:
            told = narrate(event)
            if told is None:
                continue
            owner, source = self._name(told.address)
            yield LogLine(
                told.text, self._level(event, told.level), owner, self._time(event), source
            )

    def _level(self, event: Event, level: str) -> str:
        if isinstance(event, ProvisionOutput):
            return "package" if _PACKAGE_LINE.match(event.output) else level
        if isinstance(event, StepStarted):
            return "step"
        if isinstance(event, CancelRequested):
            self._is_cancelled = True
        is_failure = isinstance(event, ResourceFailed) or (
            isinstance(event, Diagnostic) and event.severity is Severity.ERROR
        )
        # What goes wrong after a cancel is the cancel's doing.
        return "warning" if is_failure and self._is_cancelled else level

    def _name(self, address: str | None) -> tuple[str, str]:
        if not address:
            return "", ""
        if address not in self._names:
            self._names[address] = title_of(address), address
        return self._names[address]

    def _time(self, event: Event) -> str:
        if event.timestamp is None:
            return ""
        second = event.timestamp.replace(microsecond=0)
        if second != self._second:
            self._second, self._clock = second, f"{second.astimezone():%H:%M:%S}"
        return self._clock
