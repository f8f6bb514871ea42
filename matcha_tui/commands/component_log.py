"""Prints what a component's server has logged, and goes on as it grows."""

import codecs
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from matcha_tui.deployed import component_log
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.selection import Project
from matcha_tui.system.files import explain_os_errors
from matcha_tui.system.plain_text import clean_text

_BLOCK_BYTES = 256 * 1024
_PAUSE_SECONDS = 0.3


def print_component_log(project: Project, flavor: str, follow: bool) -> None:
    """Print a component's log from its beginning, without what a terminal would obey."""
    log = component_log(project, flavor)
    if log is None:
        raise MatchaError(
            f"the log of {flavor} is not on this machine",
            hint=project.target.log_hint or None,
            exit_code=ExitCode.REFUSED,
        )
    if not log.exists():
        raise MatchaError(
            f"{flavor} has no log: it was not started, or is no server",
            hint="`matcha status` says how each component is.",
            exit_code=ExitCode.REFUSED,
        )
    for text in _read(log, follow):
        click.echo(text, nl=False)


def _read(log: Path, follow: bool) -> Iterator[str]:
    """Yield what is in a file, in whole lines where it goes on; it may be emptied meanwhile."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest, position = "", 0
    with explain_os_errors("read", log), log.open("rb") as content:
        while True:
            block = os.pread(content.fileno(), _BLOCK_BYTES, position)
            position += len(block)
            whole, newline, rest = (rest + decoder.decode(block)).rpartition("\n")
            if newline:
                yield clean_text(whole) + "\n"
            if block:
                continue
            if not follow:
                break
            time.sleep(_PAUSE_SECONDS)
            if os.fstat(content.fileno()).st_size < position:
                position = 0
    if rest:
        yield clean_text(rest) + "\n"
