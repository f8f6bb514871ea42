"""How a user's own tools find the stack.

``matcha clients``, ``connect``, ``disconnect``, ``env``, ``kubeconfig`` and ``example``.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath

import click

from matcha_tui import deployed
from matcha_tui.clients.connection import Outcome, ToolConnection
from matcha_tui.clients.dotenv import quote, quote_for_fish
from matcha_tui.clients.packages import required_packages
from matcha_tui.clients.tools import connect_tools, disconnect_tools
from matcha_tui.commands.project import open_project
from matcha_tui.deployed import usable_resources
from matcha_tui.errors import ExitCode
from matcha_tui.example_projects import EXAMPLES, write_example
from matcha_tui.foreign_code import require_own_folder
from matcha_tui.project.lock import hold_lock
from matcha_tui.project.workspace import prepare_workspace
from matcha_tui.stack.usage import client_variables


@click.command(epilog="Example: matcha clients > clients.txt && pip install -r clients.txt")
def clients() -> None:
    """Print one set of packages that fit the stack's servers and each other, for pip or uv."""
    found = required_packages(open_project(Path.cwd()).flavors)
    for package in found:
        click.echo(package)
    if not found:
        click.echo("No module of this stack is used through a Python package.", err=True)


@click.command(epilog="Example: matcha connect && python train.py")
@click.pass_context
def connect(context: click.Context) -> None:
    """Tell the client tools where the stack is: .env, DVC and ZenML.

    A second run changes nothing. Exit 1 if a step failed; the others are done all the same.
    """
    project = open_project(Path.cwd())
    found = usable_resources(project)
    require_own_folder(project.workspace)
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
    require_own_folder(project.workspace)
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


@click.command(epilog="Example: matcha kubeconfig --use && kubectl get pods --all-namespaces")
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of your own kubeconfig.",
)
@click.option("--use", is_flag=True, help="Make it the current context, too.")
@click.option("--overwrite", is_flag=True, help="Replace another context of the same name.")
def kubeconfig(path: Path | None, use: bool, overwrite: bool) -> None:
    """Add the stack's cluster, where it has one, to your kubeconfig; print the context's name.

    Nothing else writes there, and your current context stays unless you say --use.
    """
    from matcha_tui.clients.kubeconfig import find_kubeconfig, merge_kubeconfig  # with yaml

    content = deployed.kubeconfig(open_project(Path.cwd()))
    path = path or find_kubeconfig(os.environ)
    context = merge_kubeconfig(path, content, overwrite=overwrite, use=use)
    click.echo(context)
    click.echo(f"Written to {path}. Try: kubectl --context {context} get pods -A", err=True)


@click.command(epilog="Example: matcha example iris && python iris/run.py")
@click.argument("name", type=click.Choice(list(EXAMPLES)))
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def example(name: str, folder: Path | None) -> None:
    """Write a small project that uses the stack, as a script and as a notebook.

    iris: data in DVC, a ZenML pipeline tracked by MLflow, a model that is served and asked.
    documents: texts become vectors, Chroma keeps them, and a question finds the nearest.

    FOLDER is one of the example's name by default; no file in it is overwritten.
    """
    place = folder or Path(name)
    for path in write_example(name, Path.cwd() / place):
        click.echo(str(path))
    click.echo(
        f"Next, in an environment of your own:\n"
        f"  matcha clients > clients.txt\n"
        f"  pip install -r clients.txt -r {place / 'requirements.txt'}\n"
        f"  git init && dvc init    # once, for DVC\n"
        f"  matcha connect && python {place / 'run.py'}",
        err=True,
    )
