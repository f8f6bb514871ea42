"""What 100,000 lines of a log cost: to take, to search, to wrap. `python -m bench.log`.

Each is compared with the least that it could cost: building the same list of lines, and looking
for the same text in plain strings, in the same run.
"""

import statistics
import time
from collections.abc import Callable

from matcha_tui.widgets.log_lines import LogFilter, LogLine, LogLines

COUNT, BATCH, ROUNDS = 100_000, 500, 5
NEEDLE = "line 99999"


def main() -> None:
    """Print one line a measurement: milliseconds, and the ratio to the least."""
    texts = [f"2026-12-01 12:00:00 component {n % 7} says line {n}" for n in range(COUNT)]
    least_taking = measure(lambda: [LogLine(text, "detail") for text in texts])
    log = LogLines(COUNT)
    taking = measure(lambda: fill(log, texts))
    report(f"take {COUNT:,} lines", taking, least_taking)
    least_search = measure(lambda: [text for text in texts if NEEDLE in text.lower()])
    report("search them", measure(lambda: log.search(NEEDLE)), least_search)
    assert list(log.matches)  # noqa: S101 - a search that finds nothing would be no measure
    wrapping = measure(lambda: log.show(LogFilter(width=40)))
    report("wrap them at 40", wrapping, least_taking)


def fill(log: LogLines, texts: list[str]) -> None:
    """Append lines as a run does, a batch a frame."""
    log.clear()
    for start in range(0, len(texts), BATCH):
        log.append([LogLine(text, "detail") for text in texts[start : start + BATCH]])


def measure(act: Callable[[], object]) -> float:
    """Return the median processor time of an act, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return statistics.median(times)


def report(what: str, seconds: float, least: float) -> None:
    """Print a measurement."""
    print(f"{what:<22} {seconds * 1000:8.1f} ms   {seconds / least:5.2f} × the least")


if __name__ == "__main__":
    main()
