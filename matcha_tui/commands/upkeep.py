"""``matcha stop``, ``start``, ``restart``, ``autostart``, ``backup``, ``restore``, ``verify``."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from matcha_tui.autostart import disable_autostart, enable_autostart, find_autostart
from matcha_tui.backup import back_up, default_file
from matcha_tui.backup import restore as restore_backup
from matcha_tui.commands.doctor import finding_as_json, in_order
from matcha_tui.commands.options import narrate, output_option
from matcha_tui.commands.project import completing, component_names, open_project
from matcha_tui.control import restart_components, start_components, stop_components
from matcha_tui.errors import ExitCode
from matcha_tui.preflight import run_checks
from matcha_tui.selection import Project
from matcha_tui.targets.findings import Verdict
from matcha_tui.verify import list_proofs, prepare_clients

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


@click.command(epilog="Example: matcha verify --output json")
@output_option()
@click.pass_context
def verify(context: click.Context, form: str) -> None:
    """Use every component through its own client, and remove every trace; exit 1 if one fails.

    A run is logged, a file pushed and pulled, a model served, a collection searched. The first
    time, the client packages are installed into an environment of their own.
    """
    project = open_project(Path.cwd())
    python = prepare_clients(project, narrate)
    proofs = list_proofs(project, python)
    report = in_order() if form == "text" else lambda _position, _finding: None
    findings = run_checks(proofs, report)
    if form == "json":
        click.echo(json.dumps([finding_as_json(finding) for finding in findings], indent=2))
    if any(finding.verdict is Verdict.FAILED for finding in findings):
        context.exit(ExitCode.FAILED)
