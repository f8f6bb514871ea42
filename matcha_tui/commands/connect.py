"""``matcha connect`` and ``disconnect``: whether the client tools know where the stack is."""

from collections.abc import Iterable
from pathlib import Path

import click

from matcha_tui.clients.connection import Outcome, ToolConnection
from matcha_tui.clients.tools import connect_tools, disconnect_tools
from matcha_tui.commands.opening import open_project
from matcha_tui.deployed import usable_resources
from matcha_tui.errors import ExitCode
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import prepare_workspace


@click.command(epilog="Example: matcha connect && python train.py")
@click.pass_context
def connect(context: click.Context) -> None:
    """Tell the client tools where the stack is: .env, DVC and ZenML.

    A second run changes nothing. Exit 1 if a step failed; the others are done all the same.
    """
    project = open_project(Path.cwd())
    found = usable_resources(project)
    click.echo(f"Connecting to the stack of {project.workspace.shown}", err=True)
    prepare_workspace(project.workspace)
    with hold_lock(project.workspace, "connect"):
        _report(context, connect_tools(project.workspace, project.flavors, found))


@click.command(epilog="Example: matcha disconnect")
@click.pass_context
def disconnect(context: click.Context) -> None:
    """Take back what `matcha connect` wrote for .env, DVC and ZenML; a destroy does it, too.

    What has been changed since stays. Exit 1 if a step failed; the others are done all the same.
    """
    project = open_project(Path.cwd())
    click.echo(f"Disconnecting from the stack of {project.workspace.shown}", err=True)
    with hold_lock(project.workspace, "disconnect"):
        _report(context, disconnect_tools(project.workspace))


def _report(context: click.Context, steps: Iterable[ToolConnection]) -> None:
    failed = False
    for step in steps:
        click.echo(f"{step.name:<6} {step.outcome:<10} {step.text}")
        failed = failed or step.outcome is Outcome.FAILED
    if failed:
        context.exit(ExitCode.FAILED)
