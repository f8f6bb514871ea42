"""``matcha backup`` and ``restore``: what the components hold, in one file and back."""

from datetime import UTC, datetime
from pathlib import Path

import click

from matcha_tui.backup import back_up, default_file
from matcha_tui.backup import restore as restore_backup
from matcha_tui.commands.opening import open_project
from matcha_tui.commands.options import narrate

_FILE = click.Path(path_type=Path)


@click.command(epilog="Example: matcha backup before-the-upgrade.tar.gz --with-secrets")
@click.argument("file", required=False, type=_FILE)
@click.option(
    "--with-secrets", is_flag=True, help="Passwords and keys, too, as for another machine."
)
def backup(file: Path | None, with_secrets: bool) -> None:
    """Write what the deployed components hold to FILE, and print its name.

    Runs, models, pipelines, collections and DVC's data, each with its checksum. Servers go on;
    one that must be stopped for it is named, and started again.
    """
    project = open_project(Path.cwd())
    place = Path.cwd() / file if file else default_file(project.workspace, datetime.now(UTC))
    back_up(project, place, with_secrets=with_secrets, tell=narrate)
    click.echo(str(place))


@click.command(epilog="Example: mkdir copy && cd copy && matcha restore ../backup.tar.gz")
@click.argument("file", type=_FILE)
@click.option("--replace", "replace_data", is_flag=True, help="Replace data that is there.")
def restore(file: Path, replace_data: bool) -> None:
    """Put back what FILE holds, in this or another project; then run `matcha provision`.

    Every checksum is compared before anything is touched. What holds data already is replaced
    only with --replace.
    """
    project = open_project(Path.cwd())
    restored = restore_backup(project, Path.cwd() / file, replace_data=replace_data, tell=narrate)
    click.echo(f"Restored the {restored.stack.name} stack's data. Next: matcha provision", err=True)
