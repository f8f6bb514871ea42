"""``matcha connect``: tell the client tools in this folder where the stack is."""

from collections.abc import Callable
from pathlib import Path

import click

from matcha_tui.clients.connection import Outcome, ToolConnection
from matcha_tui.clients.dvc import connect_dvc
from matcha_tui.clients.env_file import connect_env_file
from matcha_tui.clients.zenml import connect_zenml
from matcha_tui.commands.opening import open_project
from matcha_tui.deployed import usable_resources
from matcha_tui.errors import ExitCode
from matcha_tui.stack.variables import client_variables


@click.command(epilog="Example: matcha connect && python train.py")
@click.pass_context
def connect(context: click.Context) -> None:
    """Tell the client tools where the stack is: .env, DVC and ZenML.

    A second run changes nothing. Exit 1 if a step failed; the others are done all the same.
    """
    project = open_project(Path.cwd())
    folder, found = project.workspace.project, usable_resources(project)
    variables = client_variables(project.flavors, found)
    remote = found.get("data-version-control")
    steps: tuple[Callable[[], ToolConnection], ...] = (
        lambda: connect_env_file(folder, variables),
        lambda: connect_dvc(folder, remote),
        lambda: connect_zenml(folder, found),
    )
    failed = False
    for step in steps:
        report = step()
        click.echo(f"{report.name:<6} {report.outcome:<10} {report.text}")
        failed = failed or report.outcome is Outcome.FAILED
    if failed:
        context.exit(ExitCode.FAILED)
