"""The question before code of others is run for the first time, and the option that answers it."""

import sys
from collections.abc import Iterable

import click

from matcha_tui.foreign_code import (
    TRUST_OPTION,
    UnknownCode,
    agree,
    describe_unknown,
    find_unknown,
    require_known,
)
from matcha_tui.selection import Project
from matcha_tui.stack.flavor import Flavor
from matcha_tui.system.plain_text import escape_line

trust_option = click.option(
    TRUST_OPTION,
    "trusts",
    is_flag=True,
    help="Agree to what modules of others run and install; remembered on this machine.",
)


def settle_trust(
    project: Project, trusts: bool, may_ask: bool, flavors: Iterable[Flavor] | None = None
) -> None:
    """Have the user agree to what a run would execute, unless they have; or refuse.

    Args:
        project: Whose run.
        trusts: Whether the option was given.
        may_ask: Whether the other options leave room for a question.
        flavors: The modules that would be used; by default those that are chosen.
    """
    unknown = find_unknown(project, flavors)
    if not unknown:
        return
    if not trusts:
        if not (may_ask and sys.stdin.isatty()):
            require_known(project, flavors)
        _ask(unknown)
    agree(project, unknown)


def _ask(unknown: UnknownCode) -> None:
    click.echo("You have not agreed on this machine to what this runs:", err=True)
    for line in describe_unknown(unknown):
        click.echo(f"  {escape_line(line)}", err=True)
    click.confirm("Do you trust whoever wrote that?", abort=True, err=True)
