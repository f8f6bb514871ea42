"""``matcha status``: is every component healthy, and as it was deployed? It waits for no lock."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from matcha_tui.commands.following import follow_to_end
from matcha_tui.commands.options import output_option
from matcha_tui.commands.project import open_project
from matcha_tui.deployed import (
    find_difference,
    format_partial,
    format_pending,
    health,
    read_decision,
    versions_of,
)
from matcha_tui.drift import find_deviations, read_drift, start_drift
from matcha_tui.errors import ExitCode
from matcha_tui.health_state import HealthState
from matcha_tui.selection import Project
from matcha_tui.system.plain_text import escape_line
from matcha_tui.targets.base import ComponentHealth
from matcha_tui.targets.drift import Deviation
from matcha_tui.targets.registry import explanations_of
from matcha_tui.terraform.engine import find_engine
from matcha_tui.terraform.outcome import check_outcome

_WATCH_SECONDS = 2.0
_VERSION = 1

Found = Mapping[str, ComponentHealth]


@click.command(epilog="Example: matcha status && python train.py")
@output_option()
@click.option(
    "--drift",
    is_flag=True,
    help="Compare with what was deployed, too; in a cloud this asks Terraform.",
)
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, and show every change.")
@click.pass_context
def status(context: click.Context, form: str, drift: bool, watch: bool) -> None:
    """Say whether each component is healthy; exit 1 if one is not, or something is missing.

    What was stopped by `matcha stop` counts as well. With --drift, what somebody has changed
    is told as well, and counts as a failure.
    """
    project = open_project(Path.cwd())
    if watch:
        _watch(project, form)
        return
    found = health(project)
    deviations: tuple[Deviation, ...] = ()
    if drift:
        from matcha_tui.commands.status import compare_with_reality  # most people do not ask

        deviations = compare_with_reality(project)
    decision, difference = read_decision(project), find_difference(project)
    if form == "json":
        known = versions_of(project, decision.record) if decision.record else {}
        document = {
            "version": _VERSION,
            "state": decision.state,
            "healthy": _is_healthy(found),
            "components": [
                _component(module_type, item) | {"version": known.get(module_type, "")}
                for module_type, item in found.items()
            ],
            "pending": difference.lines,
            **({"drift": [asdict(item) for item in deviations]} if drift else {}),
        }
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo("\n".join(_lines(found)))
        if sentence := format_pending(difference):
            click.echo(sentence, err=True)
        if drift:
            from matcha_tui.drift import format_deviations

            lines = format_deviations(deviations) or ["Everything is as it was deployed."]
            click.echo("\n".join(map(escape_line, lines)))
    if sentence := format_partial(decision, found):
        click.echo(sentence, err=True)
        context.exit(ExitCode.FAILED)
    if any(item.state is HealthState.STOPPED for item in found.values()):
        click.echo("What is stopped is started again by `matcha start`.", err=True)
    if deviations:
        context.exit(ExitCode.FAILED)
    if not _is_healthy(found):
        click.echo("Run `matcha provision --yes` to repair what is not healthy.", err=True)
        context.exit(ExitCode.FAILED)


def _watch(project: Project, form: str) -> None:
    """Look again and again; Ctrl-C is the way to end it, and no failure."""
    is_redrawn = form == "text" and sys.stdout.isatty()
    show = _redraw() if is_redrawn else _print_changes(form)
    try:
        while True:
            show(health(project))
            time.sleep(_WATCH_SECONDS)
    except KeyboardInterrupt:
        if is_redrawn:
            click.echo()


def _redraw() -> Callable[[Found], None]:
    drawn = 0

    def show(found: Found) -> None:
        nonlocal drawn
        columns, _ = shutil.get_terminal_size()
        now = datetime.now(UTC).astimezone()
        # Cut, because a line that the terminal wraps would be drawn over in part.
        lines = [line[: columns - 1] for line in (f"{now:%H:%M:%S}", *_lines(found))]
        if drawn:
            click.echo(f"\x1b[{drawn}F\x1b[J", nl=False)
        click.echo("\n".join(lines))
        drawn = len(lines)

    return show


def _print_changes(form: str) -> Callable[[Found], None]:
    known: dict[str, ComponentHealth] = {}

    def show(found: Found) -> None:
        now = datetime.now(UTC)
        for module_type, item in _changes(known, found):
            if form == "json":
                fields = {"version": _VERSION, "time": now.isoformat()}
                click.echo(json.dumps(fields | _component(module_type, item)))
            else:
                click.echo(f"{now.astimezone():%H:%M:%S}  {_line(module_type, item)}")
        known.update(found)

    return show


def _changes(known: Found, found: Found) -> Iterator[tuple[str, ComponentHealth]]:
    for module_type, item in found.items():
        if known.get(module_type) != item:
            yield module_type, item


def _lines(found: Found) -> list[str]:
    return [_line(module_type, item) for module_type, item in found.items()]


def _line(module_type: str, item: ComponentHealth) -> str:
    line = f"{module_type:<21} {item.flavor:<8} {item.state:<10} {item.url}"
    return f"{line.rstrip()}  {escape_line(item.detail)}".rstrip()


def _component(module_type: str, item: ComponentHealth) -> dict[str, Any]:
    return {
        "module_type": module_type,
        "flavor": item.flavor,
        "state": item.state,
        "url": item.url,
        "detail": item.detail,
    }


def _is_healthy(found: Found) -> bool:
    return all(item.state.is_well for item in found.values())


def compare_with_reality(project: Project) -> tuple[Deviation, ...]:
    """Return what is not as it was deployed; a run of Terraform is shown on stderr.

    Raises:
        MatchaError: If nothing is deployed, or the run fails.
    """
    found = find_deviations(project)
    run = start_drift(project, find_engine)
    if run is None:
        return found
    check_outcome(follow_to_end(run), "The comparison", explanations_of(run))
    return (*found, *read_drift(project, run))
