"""``matcha state``: what is kept of Terraform's state, and putting one back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from matcha_tui.commands.options import narrate, need_terminal, output_option
from matcha_tui.commands.project import completing, open_project
from matcha_tui.project.kept_states import KeptState
from matcha_tui.project.state import StateFacts, read_state_file
from matcha_tui.state_restore import (
    find_replacements,
    kept_states,
    list_layers,
    restore_states,
)
from matcha_tui.widgets.duration import ago

_VERSION = 1


@click.group(epilog="Example: matcha state list")
def state() -> None:
    """List kept states of Terraform, and put one back.

    A copy is made before and after each change of what is deployed, and the last ten are kept in
    .matcha/states. They hold secrets.
    """


@state.command("list", epilog="Example: matcha state list --output json")
@output_option()
def list_kept_states(form: str) -> None:
    """List the states that are kept, the newest first."""
    kept = [(item, read_state_file(item.path)) for item in kept_states(open_project(Path.cwd()))]
    if form == "json":
        states = [_document(item, facts) for item, facts in kept]
        click.echo(json.dumps({"version": _VERSION, "states": states}, indent=2))
    elif not kept:
        narrate("No state is kept here: nothing was built yet, or the state is shared.")
    else:
        click.echo("\n".join(_line(item, facts) for item, facts in kept))


@state.command(epilog="Example: matcha state restore 3")
@click.argument(
    "which",
    required=False,
    shell_complete=completing(
        lambda project, _typed: [str(item.number) for item in kept_states(project)]
    ),
)
@click.option(
    "--layer",
    metavar="LAYER",
    shell_complete=completing(lambda project, _typed: list_layers(project)),
    help="Whose state, where there are several.",
)
@click.option(
    "--foreign", is_flag=True, help="Put it back though it is of another deployment than this."
)
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
def restore(which: str | None, layer: str | None, foreign: bool, yes: bool) -> None:
    """Put a state of Terraform back: a NUMBER of the list, a name in it, or a file of yours.

    Without one it is the newest that can be read, where the present state is damaged, lost or
    older. What is replaced is kept. Nothing that runs is touched.
    """
    project = open_project(Path.cwd())
    found = find_replacements(project, which, layer)
    narrate("This puts back Terraform's state of")
    for item in found:
        narrate(f"  {item.sentence}")
    if not yes:
        need_terminal("state restore")
        click.confirm("Put it back?", abort=True, err=True)
    for line in restore_states(project, found, foreign=foreign):
        narrate(line)
    narrate("Next: `matcha plan` says what it does not know, `matcha provision` builds that.")


def _line(item: KeptState, facts: StateFacts) -> str:
    what = facts.fault or f"{facts.resources} resources"
    when = ago(item.when, datetime.now(UTC))
    return f"{item.number:>4}  {item.layer:<12} serial {item.serial:<5} {when:<12} {what}"


def _document(item: KeptState, facts: StateFacts) -> dict[str, Any]:
    return {
        "number": item.number,
        "layer": item.layer,
        "file": str(item.path),
        "serial": item.serial,
        "lineage": facts.lineage,
        "terraform": facts.terraform,
        "kept": item.when.isoformat(),
        "resources": facts.resources,
        "fault": facts.fault,
    }
