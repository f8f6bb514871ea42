"""What is the user's own: ``matcha config``, ``completion``, and ``cache``, shared by projects."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
import tomli_w
from click.shell_completion import get_completion_class

from matcha_tui.commands.options import check_answers, need_terminal, output_option
from matcha_tui.preferences import read_preferences
from matcha_tui.system.files import user_config
from matcha_tui.system.plain_text import clean_line
from matcha_tui.widgets.duration import ago


@click.group(epilog="Example: matcha config path")
def config() -> None:
    """Your preferences for the wizard: theme, bell, notification, keys.

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
    content = {
        "theme": found.theme or "matcha",
        "bell": found.bell,
        "notify": found.notify,
        "keys": dict(found.keys),
    }
    click.echo(tomli_w.dumps(content), nl=False)


_VARIABLE = "_MATCHA_COMPLETE"


@click.command(epilog='Example: eval "$(matcha completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what completes matcha in SHELL.

    Put the example into ~/.bashrc or ~/.zshrc; in fish, write the output to
    ~/.config/fish/completions/matcha.fish.
    """
    script = get_completion_class(shell)
    assert script is not None  # noqa: S101 - click has these three
    click.echo(script(context.find_root().command, {}, "matcha", _VARIABLE).source())


if TYPE_CHECKING:
    from matcha_tui.services.pruning import StoredEnvironment

_VERSION = 1
_ROW = "{:<28} {:<8} {:>10}  {:<14} {}"

# What reads the store imports psutil: nobody who only asks for help waits for it.


@click.group(epilog="Example: matcha cache prune --yes")
def cache() -> None:
    """List and remove the Python environments of services, which all projects share."""


@cache.command("list", epilog="Example: matcha cache list --output json")
@output_option()
def list_(form: str) -> None:
    """List the environments: flavor, Python, size, when one was last used and by whom."""
    from matcha_tui.services.pruning import describe_store
    from matcha_tui.services.store import store_folder

    entries = describe_store()
    if form == "json":
        _print_json("environments", entries)
        return
    if not entries:
        click.echo(f"There is no environment in {store_folder()}.", err=True)
        return
    _print_table(entries)
    click.echo(f"{len(entries)} in {store_folder()}", err=True)


@cache.command(epilog="Example: matcha cache prune --yes")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal is.")
@output_option()
def prune(yes: bool, form: str) -> None:
    """Remove the environments that no project uses; the next provision makes what it needs."""
    from matcha_tui.services.pruning import clean_store, describe_store, remove_unused
    from matcha_tui.services.storage import size_in_words

    check_answers("cache prune", yes, form, detach=False)
    clean_store()
    unused = [entry for entry in describe_store() if not entry.is_used]
    if unused and not yes:
        need_terminal("cache prune")
        _print_table(unused)
        click.confirm(f"Remove {_count(unused)}?", abort=True, err=True)
    removed = [entry for entry in unused if remove_unused(entry)]
    if form == "json":
        _print_json("removed", removed)
    elif not unused:
        click.echo("Every environment is used; nothing is removed.", err=True)
    else:
        for entry in removed:
            click.echo(entry.environment.name)
        size = size_in_words(sum(entry.size for entry in removed))
        click.echo(f"Removed {_count(removed)}: {size}, less what uv's cache shares.", err=True)


def _print_table(entries: Sequence["StoredEnvironment"]) -> None:
    from matcha_tui.services.storage import size_in_words

    click.echo(_ROW.format("ENVIRONMENT", "PYTHON", "SIZE", "LAST USED", "USED BY"))
    now = datetime.now(UTC)
    for entry in entries:
        projects = ", ".join(clean_line(str(project)) for project in entry.projects)
        by = projects or ("a process" if entry.is_running else "nobody")
        size, used = size_in_words(entry.size), ago(entry.last_used, now)
        click.echo(_ROW.format(entry.environment.name, entry.python, size, used, by))


def _print_json(name: str, entries: Sequence["StoredEnvironment"]) -> None:
    click.echo(json.dumps({"version": _VERSION, name: list(map(_document, entries))}, indent=2))


def _document(entry: "StoredEnvironment") -> dict[str, Any]:
    return {
        "name": entry.environment.name,
        "flavor": entry.environment.flavor,
        "python": entry.python,
        "bytes": entry.size,
        "last_used": entry.last_used.isoformat(timespec="seconds"),
        "projects": [str(project) for project in entry.projects],
        "running": entry.is_running,
        "path": str(entry.environment.path),
    }


def _count(entries: Sequence["StoredEnvironment"]) -> str:
    return "1 environment" if len(entries) == 1 else f"{len(entries)} environments"
