"""Follows a run from the command line: plain lines on stderr, Ctrl-C cancels it."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import click

from matcha_tui.terraform.cancel import force_cancel, request_cancel
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.folder import Run
from matcha_tui.terraform.following import follow_progress, initial_progress
from matcha_tui.terraform.narration import Level, Narration, narrate, short_address
from matcha_tui.terraform.progress import ResourceState, RunProgress

_STYLES = {
    Level.GOOD: "green",
    Level.WARNING: "yellow",
    Level.ERROR: "bold red",
}
_INTERRUPT = {signal.SIGINT}

Show = Callable[[Sequence[Event], RunProgress], None]
"""Is given each batch of events, and where the run stands after it."""


def follow_to_end(run: Run, show: Show | None = None) -> RunProgress:
    """Show a run on stderr until it has ended.

    The first Ctrl-C asks Terraform to stop in order; a third one, after a
    warning, makes it stop at once. The run itself is a process of its own.

    Returns:
        How it ended.
    """
    # A Ctrl-C that comes before there is a handler waits until there is one.
    signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
    try:
        with ExitStack() as stack:
            if show is None:
                show = _show_on_terminal(stack) if sys.stderr.isatty() else show_plainly
            return asyncio.run(_follow(run, show))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)


def watch_to_end(run: Run, show: Show) -> RunProgress:
    """Show a run until it has ended; Ctrl-C ends the watching, and not the run.

    Returns:
        How it ended.
    """
    return asyncio.run(_watch(run, show))


def show_plainly(events: Sequence[Event], progress: RunProgress) -> None:
    """Print what happened on stderr, for people."""
    for line in worth_printing(events):
        click.echo(line.text, err=True)


def worth_printing(events: Sequence[Event]) -> Iterator[Narration]:
    """Tell events in lines, without those that only matter to who looks for an error."""
    for event in events:
        line = narrate(event)
        if line and line.level is not Level.DETAIL:
            yield line


async def _follow(run: Run, show: Show) -> RunProgress:
    interrupts = 0

    def interrupt() -> None:
        nonlocal interrupts
        interrupts += 1
        if interrupts == 1:
            click.echo("matcha: stopping in order; this may take a moment", err=True)
            request_cancel(run)
        elif interrupts == 2:
            click.echo(
                "matcha: still stopping. Press Ctrl-C once more to force it: "
                "what is being made may then be missing from the state.",
                err=True,
            )
        else:
            force_cancel(run)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
    try:
        return await _watch(run, show)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _watch(run: Run, show: Show) -> RunProgress:
    progress = initial_progress(run)
    async for events, progress in follow_progress(run):
        show(events, progress)
    return progress


def _show_on_terminal(stack: ExitStack) -> Show:
    # Rich costs a script 50 ms of start-up and gives it nothing.
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    status = stack.enter_context(console.status("starting"))

    def show(events: Sequence[Event], progress: RunProgress) -> None:
        for line in worth_printing(events):
            console.print(Text(line.text, _STYLES.get(line.level, "")), soft_wrap=True)
        status.update(Text(_running(progress), overflow="ellipsis", no_wrap=True))

    return show


def _running(progress: RunProgress) -> str:
    now = datetime.now(UTC)
    running = [
        f"{short_address(resource.address)} {int(elapsed.total_seconds())} s"
        for resource in progress.resources.values()
        if resource.state is ResourceState.RUNNING and (elapsed := resource.elapsed(now))
    ]
    return ", ".join(running) or "working"
