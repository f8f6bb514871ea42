"""Prints what a component's server has logged, and goes on as it grows."""

import re
from datetime import UTC, datetime, timedelta

import click

from matcha_tui.deployed import component_log
from matcha_tui.selection import Project
from matcha_tui.system.plain_text import clean_text
from matcha_tui.targets.logs_part import LogWindow

_AGO = re.compile(r"(\d{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_time(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> datetime | None:
    """Return the moment that is meant: how long ago, or a date with or without a local time."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text.strip()):
        return datetime.now(UTC) - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{text!r} is no time. Give 30s, 10m, 2h, 1d or 2026-12-24T18:00."
        ) from error


def print_component_log(project: Project, flavor: str, window: LogWindow) -> None:
    """Print a part of a component's log, without what a terminal would obey."""
    for text in component_log(project, flavor, window):
        click.echo(clean_text(text), nl=False)
