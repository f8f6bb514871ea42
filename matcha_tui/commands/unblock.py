"""``matcha cancel`` and ``force-unlock``: end what is under way, free what it left locked."""

import time
from pathlib import Path

import click

from matcha_tui.commands.options import need_terminal
from matcha_tui.commands.project import open_project
from matcha_tui.deployed import free_shared_lock, shared_locks
from matcha_tui.deployment import live_run
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.lock import (
    describe_owner,
    discard_lock,
    read_lock_owner,
)
from matcha_tui.selection import Project
from matcha_tui.system.locks import is_locked
from matcha_tui.terraform.cancel import force_cancel, request_cancel

_BETWEEN_SIGNALS_SECONDS = 0.5


@click.command(epilog="Example: matcha cancel && matcha logs --follow")
@click.option(
    "--force",
    is_flag=True,
    help="Stop at once: what is being made may be missing from the state. Asks first.",
)
@click.option("--yes", is_flag=True, help="Do not ask; needed by --force where no terminal is.")
def cancel(force: bool, yes: bool) -> None:
    """Ask the run that is under way to stop, and return; it ends what it has begun.

    Prints the run's id; `matcha logs --follow` waits for its end.
    """
    run = live_run(open_project(Path.cwd()))
    if run is None:
        raise MatchaError(
            "nothing is under way in this folder",
            hint="`matcha runs` lists what was run.",
            exit_code=ExitCode.REFUSED,
        )
    if force and not yes:
        need_terminal("cancel --force")
        click.confirm(
            f"Force the {run.kind}? What is being made may then be missing from the state.",
            abort=True,
            err=True,
        )
    is_first = request_cancel(run)
    if force:
        if is_first:
            time.sleep(_BETWEEN_SIGNALS_SECONDS)  # two at once would be taken for one
        is_first = force_cancel(run)
    asked = "is asked" if is_first else "was asked before"
    how = "stop at once" if force else "stop in order"
    click.echo(run.id)
    click.echo(f"The {run.kind} {asked} to {how}. Wait for it: matcha logs --follow", err=True)


@click.command("force-unlock", epilog="Example: matcha force-unlock")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
def force_unlock(yes: bool) -> None:
    """Free a lock that a dead run has left: the project's, and the shared state's.

    The system frees the project's lock the moment its holder ends, so there is hardly
    ever anything to do: this says who holds it. To end the holder, use `matcha cancel`.
    A lock on a state that is shared stays when its holder's machine dies: this says who
    and since when, and asks.
    """
    project = open_project(Path.cwd())
    _free_project(project)
    locks = shared_locks(project)
    for layer, lock in locks.items():
        click.echo(f"The shared state of {layer} is locked: {lock.sentence}.", err=True)
        if not yes:
            need_terminal("force-unlock")
            click.confirm("Has that ended for certain? Free it?", abort=True, err=True)
        free_shared_lock(project, layer, lock)
        click.echo(f"The shared state of {layer} is unlocked.", err=True)
    if project.config.state and not locks:
        click.echo("The shared state is not locked.", err=True)


def _free_project(project: Project) -> None:
    if not is_locked(project.workspace.lock_file):
        click.echo("The project is not locked.", err=True)
        return
    owner = read_lock_owner(project.workspace)
    if owner is None or live_run(project) or not owner.is_dead():
        raise MatchaError(
            f"the lock is in use: {describe_owner(owner)}",
            hint="End that with `matcha cancel`: the lock is free the moment its holder ends.",
            exit_code=ExitCode.REFUSED,
        )
    discard_lock(project.workspace)
    click.echo(f"The project is unlocked, though {describe_owner(owner)}.", err=True)
