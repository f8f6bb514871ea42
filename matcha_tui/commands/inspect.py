"""``matcha status``, ``get`` and ``version``: look, and change nothing; no lock is waited for."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import click
import yaml

from matcha_tui import __version__
from matcha_tui.commands.opening import open_project
from matcha_tui.deployment import health, resources, secret_properties
from matcha_tui.errors import ExitCode
from matcha_tui.stack.catalog import unknown
from matcha_tui.targets.base import ComponentState
from matcha_tui.terraform.engine import find_engine

MASK = "********"
Value = TypeVar("Value")


@click.command(epilog="Example: matcha status && python train.py")
@click.pass_context
def status(context: click.Context) -> None:
    """Say whether each component is healthy; exit 1 if one is not."""
    found = health(open_project(Path.cwd()))
    for module_type, item in found.items():
        line = f"{module_type:<21} {item.flavor:<8} {item.state:<10} {item.url}"
        click.echo(f"{line.rstrip()}  {item.detail}".rstrip())
    if any(item.state is not ComponentState.HEALTHY for item in found.values()):
        click.echo("Run `matcha provision --yes` to repair what is not healthy.", err=True)
        context.exit(ExitCode.FAILED)


@click.command(epilog="Example: matcha get experiment-tracker tracking-url --output json")
@click.argument("resource", required=False)
@click.argument("property_name", metavar="[PROPERTY]", required=False)
@click.option(
    "--output",
    "form",
    type=click.Choice(["text", "json", "yaml"]),
    default="text",
    show_default=True,
)
@click.option("--show-sensitive", is_flag=True, help="Print secrets instead of a mask.")
def get(resource: str | None, property_name: str | None, form: str, show_sensitive: bool) -> None:
    """Print what the deployed stack gives: everything, one RESOURCE, or one PROPERTY of it."""
    project = open_project(Path.cwd())
    found = resources(project)
    if resource is not None:
        found = {resource: _pick(found, resource, "deployed resource")}
    if resource is not None and property_name is not None:
        value = _pick(found[resource], property_name, f"property of {resource}")
        found = {resource: {property_name: value}}
    if not show_sensitive:
        secret = secret_properties(project)
        found = {
            name: {key: MASK if (name, key) in secret else value for key, value in items.items()}
            for name, items in found.items()
        }
    click.echo(_render(found, form), nl=False)


@click.command(epilog="Example: matcha version")
def version() -> None:
    """Print the versions of matcha-tui, of its Terraform engine and of Python."""
    click.echo(f"matcha-tui {__version__}")
    click.echo(find_engine().label)
    click.echo(f"python {platform.python_version()}")


def _pick(found: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in found:
        raise unknown(what, name, found)
    return found[name]


def _render(found: dict[str, dict[str, str]], form: str) -> str:
    if form == "json":
        return json.dumps(found, indent=2) + "\n"
    if form == "yaml":
        return str(yaml.safe_dump(found, sort_keys=False))
    lines = []
    for name, items in found.items():
        lines.append(name)
        lines += [f"  {key:<22} {value}" for key, value in items.items()]
    return "\n".join(lines) + "\n"
