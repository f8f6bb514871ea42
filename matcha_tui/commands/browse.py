"""``matcha open``: show a component's page in the browser."""

import webbrowser
from pathlib import Path

import click

from matcha_tui.commands.deployed_names import resource_names
from matcha_tui.commands.naming import completing
from matcha_tui.commands.opening import open_project
from matcha_tui.deployed import deployed_spec, resources
from matcha_tui.selection import Project
from matcha_tui.stack.aliases import Aliases
from matcha_tui.stack.pages import find_pages


def _pages(project: Project) -> dict[str, str]:
    return find_pages(deployed_spec(project).flavors, resources(project))


def _names(project: Project) -> Aliases:
    return resource_names(project, _pages(project), "resource with a page of its own")


@click.command(epilog="Example: matcha open experiment-tracker")
@click.argument(
    "resource", shell_complete=completing(lambda project, _typed: _names(project).words)
)
def open(resource: str) -> None:  # noqa: A001 - as the command is called
    """Open the page of RESOURCE in the browser; where there is none, print its URL.

    RESOURCE may be a module type or a flavor, too: experiment_tracker, mlflow.
    """
    project = open_project(Path.cwd())
    pages = _pages(project)
    resource = _names(project).find(resource)
    if not webbrowser.open(pages[resource]):
        click.echo("There is no browser here; open this elsewhere on this machine:", err=True)
        click.echo(pages[resource])
