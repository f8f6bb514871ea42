"""Opens the project that a command works on."""

from pathlib import Path

import click

from matcha_tui import selection
from matcha_tui.selection import Project


def open_project(folder: Path, target: str | None = None, *, every_target: bool = False) -> Project:
    """Open a project, and say on stderr what of its modules and targets is left out, and why."""
    project = selection.open_project(folder, target, every_target=every_target)
    for fault in project.catalog.faults:
        click.echo(f"matcha: warning: {fault.message}", err=True)
    return project
