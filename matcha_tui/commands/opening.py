"""Opens the project that a command works on."""

from pathlib import Path

import click

from matcha_tui import selection
from matcha_tui.selection import Project


def open_project(folder: Path) -> Project:
    """Open a project, and say on stderr what is wrong in the user's own modules.

    Args:
        folder: The folder of its ``matcha.toml``.

    Raises:
        MatchaError: If ``matcha.toml`` is faulty.
    """
    project = selection.open_project(folder)
    for fault in project.catalog.faults:
        click.echo(f"matcha: warning: {fault.message}", err=True)
    return project
