"""``matcha runs`` and ``logs``: what was run here, what is running, what components say."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from matcha_tui.commands.following import watch_to_end, worth_printing
from matcha_tui.commands.options import output_option, usage_error
from matcha_tui.commands.project import completing, component_names, find_run, open_project
from matcha_tui.deployed import component_log
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import unknown
from matcha_tui.project.history import RunRecord, run_records
from matcha_tui.selection import Project
from matcha_tui.system.plain_text import clean_text
from matcha_tui.targets.parts import LogWindow
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.events import Event
from matcha_tui.terraform.folder import Run, is_live, list_runs
from matcha_tui.terraform.following import read_events
from matcha_tui.terraform.outcome import check_outcome
from matcha_tui.terraform.progress import RunProgress
from matcha_tui.widgets.duration import in_words

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


_VERSION = 1
_SUGGESTED_RUNS = 5


@click.command(epilog="Example: matcha runs --output json")
@output_option()
def runs(form: str) -> None:
    """List what was run here, newest first: plans, provisions and destroys."""
    records, now = run_records(open_project(Path.cwd()).workspace), datetime.now(UTC)
    if form == "json":
        document = {"version": _VERSION, "runs": [_document(record, now) for record in records]}
        click.echo(json.dumps(document, indent=2))
        return
    if not records:
        click.echo("Nothing was run in this folder yet.", err=True)
    for record in records:
        click.echo(_line(record, now))


def _readable(project: Project, _typed: Mapping[str, Any]) -> list[str]:
    found = [run.id for run in list_runs(project.workspace.runs)]
    return [*component_names(project).words, *found[:_SUGGESTED_RUNS]]


@click.command(epilog="Example: matcha logs mlflow --since 10m --follow")
@click.argument(
    "wanted", metavar="[RUN|COMPONENT]", required=False, shell_complete=completing(_readable)
)
@click.option(
    "--follow",
    is_flag=True,
    help="Go on until the run ends, and end with its exit code; a component's until Ctrl-C.",
)
@click.option(
    "--since",
    metavar="TIME",
    callback=parse_time,
    help="Only what a component has logged since: 10m, 2h, 2026-12-24T18:00; to a minute.",
)
@click.option(
    "-n", "--lines", type=click.IntRange(min=0), help="Only so many lines of a component, the last."
)
def logs(wanted: str | None, follow: bool, since: datetime | None, lines: int | None) -> None:
    """Print what the last run said, or RUN, or what COMPONENT has logged.

    RUN is an id of `matcha runs`, or how one begins; COMPONENT is a module type, a flavor
    or a resource. Ctrl-C ends the following, and leaves what is followed alone.
    """
    project = open_project(Path.cwd())
    run = _find_run(project, wanted)
    if isinstance(run, str):
        print_component_log(project, run, LogWindow(since, lines, follow))
        return
    if since is not None or lines is not None:
        raise usage_error(
            "--since and --lines are for the log of a component, and this is a run",
            "Name a component, as in: matcha logs mlflow --lines 100",
        )
    if not follow:
        for events in read_events(run):
            _print_lines(events)
        return
    try:
        progress = watch_to_end(run, _show)
    except KeyboardInterrupt:
        if is_live(run):
            click.echo(f"The {run.kind} goes on; end it with `matcha cancel`.", err=True)
        raise
    check_outcome(progress, f"The {run.kind}", explanations_of(run))


def _find_run(project: Project, wanted: str | None) -> Run | str:
    """Return the run that is meant, or the name of the component."""
    known = {run.id: run for run in list_runs(project.workspace.runs)}
    if (run := find_run(known, wanted)) is not None:
        return run
    names = component_names(project)
    if wanted is not None and names.knows(wanted):
        return names.find(wanted)
    if wanted is None or not known:
        raise MatchaError(
            "nothing was run in this folder yet",
            hint="Run `matcha plan` or `matcha provision`.",
            exit_code=ExitCode.REFUSED,
        )
    raise unknown("run and no component", wanted, [*list(known)[:_SUGGESTED_RUNS], *names.words])


def _show(events: Sequence[Event], _progress: RunProgress) -> None:
    _print_lines(events)


def _print_lines(events: Sequence[Event]) -> None:
    for line in worth_printing(events):
        click.echo(line.text)


def _line(record: RunRecord, now: datetime) -> str:
    run, seconds = record.run, record.seconds(now)
    took = in_words(seconds) if seconds is not None else "-"
    stack, engine = run.details.get("stack", "-"), " ".join(run.engine.split()[:2])
    when = f"{run.created.astimezone():%Y-%m-%d %H:%M:%S}"
    return f"{run.id:<28} {run.kind:<9} {stack:<8} {record.state:<10} {when}  {took:<11} {engine}"


def _document(record: RunRecord, now: datetime) -> dict[str, Any]:
    run, seconds = record.run, record.seconds(now)
    return {
        "id": run.id,
        "kind": run.kind,
        "stack": run.details.get("stack"),
        "target": run.details.get("target"),
        "engine": run.engine,
        "state": record.state,
        "live": record.is_live,
        "created": run.created.isoformat(),
        "finished": record.finished.isoformat() if record.finished else None,
        "seconds": None if seconds is None else round(seconds, 3),
    }
