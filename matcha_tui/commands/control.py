"""``matcha stop``, ``start`` and ``restart``: what is deployed rests, and goes on."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from matcha_tui.commands.deployed_names import component_names
from matcha_tui.commands.naming import completing
from matcha_tui.commands.opening import open_project
from matcha_tui.commands.options import narrate
from matcha_tui.control import restart_components, start_components, stop_components
from matcha_tui.selection import Project

_components = click.argument(
    "components",
    metavar="[COMPONENT]...",
    nargs=-1,
    shell_complete=completing(lambda project, _typed: component_names(project).words),
)


@click.command(epilog="Example: matcha stop experiment_tracker")
@_components
def stop(components: tuple[str, ...]) -> None:
    """Stop everything that is deployed, or each COMPONENT; data and settings stay.

    Memory and ports are given back. A component that is stopped is not taken for failed.
    COMPONENT is a module type, a flavor or a resource.
    """
    _act(stop_components, components)


@click.command(epilog="Example: matcha start && matcha status")
@_components
@click.option("--unless-stopped", is_flag=True, help="Leave alone what `matcha stop` has stopped.")
def start(components: tuple[str, ...], unless_stopped: bool) -> None:
    """Start everything that is deployed, or each COMPONENT, as after a reboot; what runs stays."""
    _act(partial(start_components, unless_stopped=unless_stopped), components)


@click.command(epilog="Example: matcha restart mlflow")
@_components
def restart(components: tuple[str, ...]) -> None:
    """Stop everything that is deployed, or each COMPONENT, and start it again."""
    _act(restart_components, components)


def _act(
    act: Callable[[Project, Sequence[str], Callable[[str], None]], None], words: Sequence[str]
) -> None:
    project = open_project(Path.cwd())
    names = component_names(project) if words else None
    flavors = [names.find(word) for word in words] if names else []
    act(project, flavors, narrate)
