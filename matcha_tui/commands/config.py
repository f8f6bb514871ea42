"""``matcha config``: where the wizard's preferences are, and what they say."""

import os

import click
import tomli_w

from matcha_tui.preferences import read_preferences
from matcha_tui.system.files import user_config


@click.group(epilog="Example: matcha config path")
def config() -> None:
    """Your preferences for the wizard: theme, bell, keys.

    What a project is built of is in its matcha.toml, and not here.
    """


@config.command(epilog='Example: $EDITOR "$(matcha config path)"')
def path() -> None:
    """Print the file's name; it need not exist."""
    click.echo(user_config(os.environ) / "config.toml")


@config.command(epilog="Example: matcha config show")
def show() -> None:
    """Print what counts, as the file would say it."""
    found = read_preferences(user_config(os.environ) / "config.toml")
    if found.problem:
        raise found.problem
    content = {"theme": found.theme or "matcha", "bell": found.bell, "keys": dict(found.keys)}
    click.echo(tomli_w.dumps(content), nl=False)
