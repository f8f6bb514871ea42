"""``matcha report``: one archive about a run, for whoever is to find out what went wrong."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from matcha_tui.bug_report import BugReport, write_report
from matcha_tui.commands.options import narrate, output_option
from matcha_tui.commands.project import completing, find_run, open_project
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import unknown
from matcha_tui.project.workspace import Workspace
from matcha_tui.selection import Project
from matcha_tui.terraform.folder import Run, list_runs

_VERSION = 1
_SUGGESTED_RUNS = 5


def _runs(project: Project, _typed: Mapping[str, Any]) -> list[str]:
    return [run.id for run in list_runs(project.workspace.runs)]


@click.command(epilog="Example: matcha report 20261201T1000")
@click.argument("wanted", metavar="[RUN]", required=False, shell_complete=completing(_runs))
@output_option()
def report(wanted: str | None, form: str) -> None:
    """Write one archive about the last run, or RUN, for a bug report, and print its name.

    It has the run's log, events and plan, the versions, what doctor finds, and matcha.toml.
    Every known secret is taken out, and the archive is searched for them before it is written.
    """
    workspace = Workspace(Path.cwd())
    run = _choose(workspace, wanted)
    project, fault = None, ""
    try:
        project = open_project(workspace.project, every_target=True)
    except MatchaError as error:  # that may be what the report is about
        fault = error.message
        narrate(f"The project cannot be read, so its checks are left out: {fault}")
    written = write_report(workspace, project, run, fault, narrate)
    if form == "json":
        click.echo(json.dumps(_document(written), indent=2))
        return
    for name, title in written.members.items():
        narrate(f"  {name:<16} {title}")
    narrate(f"Secrets were taken out in {written.removed} places. It still has names, paths and")
    narrate("addresses of yours: look into it before you send it.")
    click.echo(str(written.file))


def _choose(workspace: Workspace, wanted: str | None) -> Run:
    known = {run.id: run for run in list_runs(workspace.runs)}
    if not known:
        raise MatchaError(
            "nothing was run in this folder yet",
            hint="Run `matcha plan` or `matcha provision`.",
            exit_code=ExitCode.REFUSED,
        )
    run = find_run(known, wanted)
    if run is None:
        raise unknown("run", wanted or "", list(known)[:_SUGGESTED_RUNS])
    return run


def _document(written: BugReport) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "file": str(written.file),
        "members": dict(written.members),
        "removed": written.removed,
    }
