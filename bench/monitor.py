"""How quick the monitor's keys are during a flood. `python -m bench.monitor [LINES_A_SECOND]`.

A real Terraform runs a program that prints 200,000 lines; the monitor watches in a terminal of its
own, where a key is pressed again and again. A key's time ends when what it does is on the terminal.
All figures are of one run on one machine.
"""

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import psutil

from matcha_tui.app import THREADS_TURN_SECONDS, MatchaApp
from matcha_tui.library import Deployment
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.screens.session import Session
from matcha_tui.terraform.environment import run_environment
from matcha_tui.terraform.events import ProvisionOutput
from matcha_tui.terraform.folder import EVENTS, Run, Step, create_run, is_live, read_run
from matcha_tui.terraform.following import read_events
from matcha_tui.terraform.launch import start_run

LINES, RATE = 200_000, 10_000
COLUMNS, ROWS = 120, 40
PAUSE = 0.2
KEY, ANSWER = b"f", b"frozen"
MEBIBYTE = 1024 * 1024
FLOOD = """
import sys, time
count, rate = int(sys.argv[1]), float(sys.argv[2])
time.sleep(8)  # the monitor is open by then, and keys are pressed
began = time.monotonic()
for number in range(count):
    print(f"{number} of {count}: what a talkative program says while it works, {number % 7919}")
    if number % 100 == 99:
        sys.stdout.flush()
        time.sleep(max(0, began + number / rate - time.monotonic()))
"""
ROOT = """
resource "terraform_data" "flood" {{
  provisioner "local-exec" {{
    interpreter = ["{python}", "{program}"]
    command     = "{lines}"
  }}
}}
"""


def main(words: Sequence[str]) -> None:
    """Print the figures."""
    rate = int(words[0]) if words else RATE
    with tempfile.TemporaryDirectory(prefix="matcha-bench-") as folder:
        run = make_run(Path(folder), rate)
        start_run(run, environment=run_environment(os.environ, None, {}))
        terminal = Terminal([sys.executable, "-m", "bench.monitor", "watch", str(run.directory)])
        try:
            terminal.wait_for(b"creating", 60)
            before = terminal.memory()
            quiet = press_keys(terminal, lambda: waiting(run))
            while waiting(run):
                terminal.read_for(PAUSE)
            waits = press_keys(terminal, lambda: is_live(run))
            lag = terminal.wait_for(b"is done", 300)
            report(run, quiet, waits, lag, terminal.memory() - before)
        finally:
            terminal.close()


def make_run(folder: Path, rate: int) -> Run:
    """Make a run of a real Terraform whose only resource prints lines."""
    program = folder / "flood.py"
    program.write_text(FLOOD.replace("float(sys.argv[2])", str(rate)))
    root = ROOT.format(python=sys.executable, program=program, lines=LINES)
    (folder / "main.tf").write_text(root)
    steps = (
        Step("init", "flood", ("terraform", "init", "-json", "-input=false"), folder),
        Step("apply", "flood", ("terraform", "apply", "-json", "-auto-approve"), folder),
    )
    return create_run(
        folder / ".matcha/runs", kind="flood", engine="terraform", steps=lambda _folder: steps
    )


def watch(directory: Path) -> None:
    """Open the monitor on a run, as the wizard does."""
    run = read_run(directory)
    sys.setswitchinterval(THREADS_TURN_SECONDS)
    session = Session(Deployment(directory.parents[2]))
    app = MatchaApp(session)
    app.call_later(lambda: app.push_screen(MonitorScreen(session, run)))
    app.run()


class Terminal:
    """A program in a terminal of its own, whose output is read as it comes."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
            os.execv(command[0], list(command))  # noqa: S606 - a list, and no shell
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, size)

    def press(self, key: bytes) -> None:
        """Send a key."""
        os.write(self.descriptor, key)

    def wait_for(self, words: bytes, seconds: float) -> float:
        """Read until some words come; return how long that took."""
        began, tail = time.monotonic(), b""
        while words not in tail:
            left = began + seconds - time.monotonic()
            if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
                raise TimeoutError(f"{words!r} did not come within {seconds} s")
            tail = tail[-len(words) :] + os.read(self.descriptor, 65_536)
        return time.monotonic() - began

    def read_for(self, seconds: float) -> None:
        """Read what comes in the next while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.descriptor], [], [], left)[0]:
                os.read(self.descriptor, 65_536)

    def memory(self) -> float:
        """Return how many MB the program holds."""
        held: int = psutil.Process(self.process).memory_info().rss
        return held / MEBIBYTE

    def close(self) -> None:
        """End the program."""
        os.kill(self.process, 9)
        os.waitpid(self.process, 0)
        os.close(self.descriptor)


def press_keys(terminal: Terminal, wanted: Callable[[], bool]) -> list[float]:
    """Hold the log still and let it go as long as that is wanted; return each key's wait."""
    waits = []
    while wanted():
        terminal.press(KEY)
        waits.append(terminal.wait_for(ANSWER, 30))
        terminal.read_for(PAUSE)
        terminal.press(KEY)
        terminal.read_for(PAUSE)
    return waits


def waiting(run: Run) -> bool:
    """Return whether the flood is still to come."""
    return (run.directory / EVENTS).stat().st_size < MEBIBYTE


def report(run: Run, quiet: list[float], waits: list[float], lag: float, grown: float) -> None:
    """Print one line a figure, with what it may be."""
    times = [
        event.timestamp
        for batch in read_events(run)
        for event in batch
        if isinstance(event, ProvisionOutput) and f" of {LINES}: " in event.output
    ]
    pace = len(times) / seconds_between(times)
    middle, late = percentile(waits, 50), percentile(waits, 99)
    before = percentile(quiet, 50)
    print(f"lines a second          {pace:8,.0f}")
    print(f"lines lost on disk      {LINES - len(times):8}")
    print(f"a key's wait before     {before:8.1f} ms   p50 of {len(quiet)}")
    print(f"a key's wait, p50       {middle:8.1f} ms   {middle / before:5.2f} × before  (20 ms)")
    print(f"a key's wait, p99       {late:8.1f} ms   {late / before:5.2f} × before  (50 ms)")
    print(f"keys pressed            {len(waits):8}")
    print(f"behind at the end       {lag:8.1f} s")
    print(f"memory                  {grown:+8.1f} MB   {grown / 60:5.2f} × 60 MB")


def percentile(waits: Sequence[float], which: int) -> float:
    """Return a percentile, in milliseconds."""
    return statistics.quantiles(waits, n=100, method="inclusive")[which - 1] * 1000


def seconds_between(times: Sequence[datetime | None]) -> float:
    """Return the time from the first to the last."""
    known = [time for time in times if time is not None]
    return (known[-1] - known[0]).total_seconds()


if __name__ == "__main__":
    if sys.argv[1:2] == ["watch"]:
        watch(Path(sys.argv[2]))
    else:
        main(sys.argv[1:])
