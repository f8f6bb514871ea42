"""``matcha clients``: the packages by which a user's code talks to the stack."""

from pathlib import Path

import click

from matcha_tui.clients.packages import required_packages
from matcha_tui.commands.opening import open_project


@click.command(epilog="Example: matcha clients > clients.txt && pip install -r clients.txt")
def clients() -> None:
    """Print one set of packages that fit the stack's servers and each other, for pip or uv."""
    found = required_packages(open_project(Path.cwd()).flavors)
    for package in found:
        click.echo(package)
    if not found:
        click.echo("No module of this stack is used through a Python package.", err=True)
