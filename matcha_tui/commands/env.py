"""``matcha env``: the deployed stack as environment variables, for a shell to take over."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

import click

from matcha_tui.commands.opening import open_project
from matcha_tui.commands.quoting import quote, quote_for_fish
from matcha_tui.deployed import usable_resources
from matcha_tui.stack.variables import client_variables


def _posix(name: str, value: str) -> str:
    return f"export {name}={quote(value)}"


def _fish(name: str, value: str) -> str:
    return f"set -gx {name} {quote_for_fish(value)}"


_SHELLS: Mapping[str, Callable[[str, str], str]] = {"bash": _posix, "zsh": _posix, "fish": _fish}


@click.command(epilog='Example: eval "$(matcha env --show-sensitive)" && python train.py')
@click.option(
    "--shell",
    type=click.Choice(list(_SHELLS)),
    help="Whose syntax to write; by default that of $SHELL, else bash.",
)
@click.option("--show-sensitive", is_flag=True, help="Print the secrets, too; else left out.")
def env(shell: str | None, show_sensitive: bool) -> None:
    """Print the variables by which clients find the stack: MLFLOW_TRACKING_URI and more.

    In fish: matcha env | source
    """
    project = open_project(Path.cwd())
    assign = _SHELLS[shell or _users_shell()]
    click.echo(f"# The stack of {project.workspace.shown}", err=True)
    found = client_variables(project.flavors, usable_resources(project))
    for variable in found:
        if show_sensitive or not variable.secret:
            click.echo(assign(variable.name, variable.value))
    left_out = [variable.name for variable in found if variable.secret and not show_sensitive]
    if left_out:
        click.echo(
            f"Left out, being secret: {', '.join(left_out)}. Use --show-sensitive.", err=True
        )
    if not found:
        click.echo("Nothing in this stack is found by an environment variable.", err=True)


def _users_shell() -> str:
    name = PurePath(os.environ.get("SHELL", "")).name
    return name if name in _SHELLS else "bash"
