"""``matcha open``: show a component's page in the browser."""

import webbrowser
from pathlib import Path

import click

from matcha_tui.commands.opening import open_project
from matcha_tui.deployment import resources
from matcha_tui.stack.catalog import unknown
from matcha_tui.stack.pages import find_pages


@click.command(epilog="Example: matcha open experiment-tracker")
@click.argument("resource")
def open(resource: str) -> None:  # noqa: A001 - as the command is called
    """Open the page of RESOURCE in the browser; where there is none, print its URL."""
    project = open_project(Path.cwd())
    pages = find_pages(project.flavors, resources(project))
    if resource not in pages:
        raise unknown("resource with a page of its own", resource, pages)
    if not webbrowser.open(pages[resource]):
        click.echo("There is no browser here; open this elsewhere on this machine:", err=True)
        click.echo(pages[resource])
