"""Reads a run's event stream, also while it is being written."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from matcha_tui.terraform.events import Event, RunFinished, RunLost, parse_line
from matcha_tui.terraform.folder import EVENTS, Run, is_live, read_result, was_started
from matcha_tui.terraform.progress import RunProgress

BATCH_EVENTS = 2_000
LONGEST_LINE = 16 * 1024 * 1024
_CHUNK = 1024 * 1024


async def follow(run: Run, poll_seconds: float = 0.05) -> AsyncIterator[tuple[Event, ...]]:
    """Every event of a run, from its first to its last.

    Any number of followers may follow a run, from any process and at any time.
    """
    reader = _EventReader(run.directory / EVENTS)
    has_ending = False
    while True:
        # Asked before reading: what was written before it ended is then read, too.
        ended = not is_live(run)
        while batch := await asyncio.to_thread(reader.read):
            has_ending = has_ending or _has_ending(batch)
            yield batch
        if ended:
            break
        await asyncio.sleep(poll_seconds)
    if last := reader.read_unfinished():
        yield last
    if not has_ending:
        yield (_end_of(run),)


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
        self._position = 0
        self._lines: deque[bytes] = deque()
        self._unfinished = b""

    def read(self) -> tuple[Event, ...]:
        """The next events there are, at most a batch; empty when there are none now."""
        while len(self._lines) < BATCH_EVENTS and self._read_chunk():
            pass
        count = min(BATCH_EVENTS, len(self._lines))
        return tuple(parse_line(self._lines.popleft()) for _ in range(count))

    def read_unfinished(self) -> tuple[Event, ...]:
        """The last line, when it has no end; nothing may follow."""
        last, self._unfinished = self._unfinished, b""
        return (parse_line(last),) if last.strip() else ()

    def _read_chunk(self) -> bool:
        # Opened each time: a follower may be cancelled while another thread reads for it.
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._position)
                chunk = file.read(_CHUNK)
        except FileNotFoundError:
            return False
        self._position += len(chunk)
        first, *rest = chunk.split(b"\n")
        self._extend(first)
        for piece in rest:
            self._end_line()
            self._extend(piece)
        return bool(chunk)

    def _extend(self, piece: bytes) -> None:
        self._unfinished += piece[: LONGEST_LINE - len(self._unfinished)]

    def _end_line(self) -> None:
        if self._unfinished.strip():
            self._lines.append(self._unfinished)
        self._unfinished = b""
