"""Reads a run's event stream, also while it is being written."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.terraform.events import Event, RunFinished, RunLost, parse_line
from matcha_tui.terraform.folder import EVENTS, Run, is_live, read_result, was_started
from matcha_tui.terraform.progress import RunProgress

BATCH_EVENTS = 2_000
LONGEST_LINE = 16 * 1024 * 1024
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events that follow each other in a run's stream.

    Attributes:
        events: The events.
        start: At which byte of the stream the first one begins.
        end: At which byte what comes after the last one begins.
        behind: How many events are written already and come after these, roughly.
    """

    events: tuple[Event, ...]
    start: int = 0
    end: int = 0
    behind: int = 0


async def follow(run: Run, poll_seconds: float = 0.05) -> AsyncIterator[tuple[Event, ...]]:
    """Every event of a run, from its first to its last.

    Any number of followers may follow a run, from any process and at any time.
    """
    async for batch in follow_batches(run, poll_seconds=poll_seconds):
        yield batch.events


async def follow_batches(
    run: Run, *, most: int = BATCH_EVENTS, poll_seconds: float = 0.05
) -> AsyncIterator[EventBatch]:
    """As `follow`, each batch with where it is in the stream and what is left behind it.

    Args:
        run: The run.
        most: How many events a batch may have: for whoever has little time for each.
        poll_seconds: How long to wait when there is nothing new.
    """
    reader = _EventReader(run.directory / EVENTS)
    has_ending = False
    while True:
        # Asked before reading: what was written before it ended is then read, too.
        ended = not is_live(run)
        while await asyncio.to_thread(reader.fill, most):
            batch = reader.take(most)
            has_ending = has_ending or _has_ending(batch.events)
            yield batch
            while reader.waiting >= most:  # at hand: no thread is needed for them
                batch = reader.take(most)
                has_ending = has_ending or _has_ending(batch.events)
                yield batch
        if ended:
            break
        await asyncio.sleep(poll_seconds)
    if last := reader.read_unfinished():
        yield EventBatch(last, reader.position, reader.end)
    if not has_ending:
        yield EventBatch((_end_of(run),), reader.end, reader.end)


def read_back(run: Run, end: int) -> EventBatch:
    """Return the events before a byte of a run's stream: about a megabyte of them.

    Args:
        run: The run.
        end: Where a line begins, such as an `EventBatch.start`; at 0 there is nothing before.
    """
    size = _CHUNK
    while True:
        start = max(0, end - size)
        with (run.directory / EVENTS).open("rb") as file:
            file.seek(start)
            content = file.read(end - start)
        cut = content.find(b"\n") + 1 if start else 0
        if start == 0 or 0 < cut < len(content):
            lines = content[cut:].split(b"\n")
            events = tuple(parse_line(line) for line in lines if line.strip())
            return EventBatch(events, start + cut, end)
        size *= 2


async def follow_progress(run: Run) -> AsyncIterator[tuple[tuple[Event, ...], RunProgress]]:
    """As `follow`, each batch with where the run stands after it."""
    progress = initial_progress(run)
    async for events in follow(run):
        progress = progress.apply_all(events)
        yield events, progress


def read_progress(run: Run) -> RunProgress:
    """Where a run stands, from its whole event stream."""
    progress = initial_progress(run)
    for batch in read_events(run):
        progress = progress.apply_all(batch)
    return progress


def read_events(run: Run) -> Iterator[tuple[Event, ...]]:
    """Every event of a run up to now, in batches; nothing for one that was never started."""
    if not was_started(run):
        return
    ended = not is_live(run)
    reader = _EventReader(run.directory / EVENTS)
    has_ending = False
    for batch in _batches(reader, ended=ended):
        has_ending = has_ending or _has_ending(batch)
        yield batch
    if ended and not has_ending:
        yield (_end_of(run),)


def initial_progress(run: Run) -> RunProgress:
    """The progress of a run before its first event: every step waits."""
    return RunProgress.waiting((step.name, step.layer) for step in run.steps)


def _batches(reader: "_EventReader", *, ended: bool) -> Iterator[tuple[Event, ...]]:
    while batch := reader.read():
        yield batch
    if ended and (last := reader.read_unfinished()):
        yield last


def _has_ending(batch: tuple[Event, ...]) -> bool:
    return any(isinstance(event, RunFinished) for event in batch)


def _end_of(run: Run) -> Event:
    """What the stream itself doesn't say: its writer may have been killed."""
    result = read_result(run)
    if result is None:
        return RunLost()
    return RunFinished(state=result.state, exit_code=result.exit_code, timestamp=result.finished)


class _EventReader:
    """Reads whole lines off the end of a growing file, and never an endless one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0
        self._size = 0
        self._lines: deque[tuple[int, bytes]] = deque()  # each with where it begins
        self._unfinished = b""
        self._unfinished_start = 0
        self._taken = 0

    @property
    def waiting(self) -> int:
        """How many lines are read and not taken yet."""
        return len(self._lines)

    @property
    def position(self) -> int:
        """Where the next line begins."""
        return self._lines[0][0] if self._lines else self._unfinished_start

    @property
    def end(self) -> int:
        """Up to where it has read."""
        return self._read_to

    def read(self) -> tuple[Event, ...]:
        """The next events there are, at most a batch; empty when there are none now."""
        return self.take(BATCH_EVENTS).events if self.fill(BATCH_EVENTS) else ()

    def fill(self, wanted: int) -> int:
        """Read until so many lines wait, or all there are; return how many do."""
        while len(self._lines) < wanted and self._read_chunk():
            pass
        return len(self._lines)

    def take(self, most: int) -> EventBatch:
        """The next events of the lines that wait."""
        start, count = self.position, min(most, len(self._lines))
        events = tuple(parse_line(self._lines.popleft()[1]) for _ in range(count))
        self._taken += count
        unread = max(0, self._size - self._read_to)
        mean = max(1, self.position // max(1, self._taken))
        return EventBatch(events, start, self.position, len(self._lines) + unread // mean)

    def read_unfinished(self) -> tuple[Event, ...]:
        """The last line, when it has no end; nothing may follow."""
        last, self._unfinished = self._unfinished, b""
        return (parse_line(last),) if last.strip() else ()

    def _read_chunk(self) -> bool:
        # Opened each time: a follower may be cancelled while another thread reads for it.
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._read_to)
                chunk = file.read(_CHUNK)
                self._size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return False
        place = self._read_to
        self._read_to += len(chunk)
        first, *rest = chunk.split(b"\n")
        self._extend(first)
        for piece in rest:
            place += len(first) + 1
            self._end_line(place)
            self._extend(piece)
            first = piece
        return bool(chunk)

    def _extend(self, piece: bytes) -> None:
        self._unfinished += piece[: LONGEST_LINE - len(self._unfinished)]

    def _end_line(self, next_start: int) -> None:
        if self._unfinished.strip():
            self._lines.append((self._unfinished_start, self._unfinished))
        self._unfinished, self._unfinished_start = b"", next_start
