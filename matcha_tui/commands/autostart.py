"""``matcha autostart``: start the stack at each login, or no longer."""

import json
from pathlib import Path

import click

from matcha_tui.autostart import disable_autostart, enable_autostart, find_autostart
from matcha_tui.commands.opening import open_project
from matcha_tui.commands.options import output_option


@click.group(epilog="Example: matcha autostart enable")
def autostart() -> None:
    """Start what is deployed on this machine at each login, or no longer.

    A systemd user unit does it, on macOS a launchd agent. What `matcha stop` has stopped stays
    stopped. A destroy takes it back.
    """


@autostart.command(epilog="Example: matcha autostart enable")
def enable() -> None:
    """Have it started at each login, from the next on."""
    path = enable_autostart(open_project(Path.cwd()))
    click.echo(f"It is started at each login, by {path}.", err=True)


@autostart.command(epilog="Example: matcha autostart disable")
def disable() -> None:
    """Have it started no longer; what runs goes on."""
    if disable_autostart(open_project(Path.cwd()).workspace):
        click.echo("It is no longer started at login.", err=True)
    else:
        click.echo("It was not started at login; nothing is changed.", err=True)


@autostart.command(epilog="Example: matcha autostart status --output json")
@output_option()
def status(form: str) -> None:
    """Say whether it is started at login."""
    path = find_autostart(open_project(Path.cwd()).workspace)
    if form == "json":
        click.echo(json.dumps({"enabled": path is not None, "file": str(path) if path else None}))
    else:
        click.echo(f"enabled: {path}" if path else "disabled")
